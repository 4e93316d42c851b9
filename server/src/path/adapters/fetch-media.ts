/**
 * Media that a caller names by URL, fetched for providers that take only bytes. The egress rules hold: what they do
 * not let this server reach is refused, as is every address inside a network.
 */
import type { Call, MediaPart, Part } from '@reeve/contracts';
import { HttpFailure, pointsInward, type IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation } from './adapter.ts';
import { makeDataUrl, type Blob64 } from './data-url.ts';
import { failWith } from './upstream-failure.ts';

type Failed = Extract<Invocation, { type: 'failure' }>;

/** All that is fetched for one call together. */
const CALL_BYTES_MAX = 20 * 1024 * 1024;
const CALL_URLS_MAX = 32;

/**
 * The call with every http(s) URL of an image or file replaced by a `data:` URL, so that only bytes are left to
 * translate; the same call where there is none. `isNative` tells the URLs that the provider reads itself: they stay.
 * What cannot be had is a failure of kind `unsupported`, told before anything goes to the provider.
 */
export async function inlineMedia(
  deps: AdapterDeps,
  attempt: Attempt,
  isNative: (url: string) => boolean = () => false,
): Promise<{ type: 'call'; call: Call } | Failed> {
  const { call } = attempt;
  const wanted = new Map<string, Kind>();
  for (const { url, type } of call.parts.flatMap(listUrls)) if (!isNative(url)) wanted.set(url, type);
  if (wanted.size === 0) return { type: 'call', call };
  if (wanted.size > CALL_URLS_MAX) return refuse(`The request names more than ${CALL_URLS_MAX} media by URL.`);
  const inlined = new Map<string, string>();
  let leftBytes = CALL_BYTES_MAX;
  for (const [url, kind] of wanted) {
    const fetched = await fetchMedia(deps, attempt, { url, kind, limitBytes: leftBytes });
    if (fetched.type === 'failure') return fetched;
    leftBytes -= fetched.bytes;
    inlined.set(url, makeDataUrl(fetched.blob));
  }
  return { type: 'call', call: { ...call, parts: call.parts.map((part) => withUrls(part, inlined)) } };
}

type Kind = 'image' | 'file';

export interface MediaWish {
  url: string;
  kind: Kind;
  limitBytes?: number;
}

/** One image or file. `bytes` is its size. */
export async function fetchMedia(
  deps: AdapterDeps,
  attempt: Attempt,
  wish: MediaWish,
): Promise<{ type: 'media'; blob: Blob64; bytes: number } | Failed> {
  const { url, kind, limitBytes = CALL_BYTES_MAX } = wish;
  if (!/^https?:\/\//i.test(url)) return refuse(`The ${kind}'s URL is neither http(s) nor a readable data: URL.`);
  if (pointsInward(url)) return refuse(`The ${kind}'s URL points inward; it is not fetched.`);
  const { timeoutMs } = attempt;
  const deadline = new AbortController();
  const cancel = deps.clock.after(timeoutMs, () => deadline.abort());
  const signal = AbortSignal.any([attempt.signal, deadline.signal]);
  try {
    const answer = await deps.httpClient.exchange({
      method: 'GET',
      url,
      headers: HEADERS,
      timeoutMs,
      publicOnly: true,
      signal,
    });
    return await readMedia(answer, kind, limitBytes);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (attempt.signal.aborted) return failWith('aborted', 'The caller went away.', error.message);
    const reason = deadline.signal.aborted ? TOO_SLOW : explain(error);
    return refuse(`The ${kind} could not be fetched: ${reason}`, error.message);
  } finally {
    cancel();
  }
}

/** Nothing of the caller or the provider goes along. */
const HEADERS = { accept: '*/*', 'user-agent': 'reeve' };
const TOO_SLOW = 'its server did not send it in time.';

async function readMedia(answer: IncomingAnswer, kind: Kind, limitBytes: number) {
  const mediaType = readMediaType(answer);
  const fault = findFault(answer.status, mediaType, kind);
  if (fault !== null) {
    answer.abort();
    return refuse(`The ${kind} could not be fetched: ${fault}`);
  }
  const bytes = await answer.readAll(limitBytes);
  if (bytes.length === 0) return refuse(`The ${kind} could not be fetched: its server sent nothing.`);
  const blob = { mediaType, base64: bytes.toString('base64') };
  return { type: 'media' as const, blob, bytes: bytes.length };
}

function findFault(status: number, mediaType: string, kind: Kind): string | null {
  if (status >= 300 && status < 400) return 'its server redirects, which is not followed.';
  if (status !== 200) return `its server answered with status ${status}.`;
  if (mediaType === '') return 'its server does not say what it is (no content-type).';
  if (kind === 'image' && !mediaType.startsWith('image/')) return `its server calls it ${mediaType}.`;
  // A page stands where the file should: a sign-in, or an error under a good status.
  return mediaType === 'text/html' ? 'its server sent a web page.' : null;
}

/** In small letters, without parameters; empty where it is missing or no media type. */
function readMediaType({ headers }: IncomingAnswer): string {
  const given = String(headers['content-type'] ?? '');
  return /^\s*([\w.+-]+\/[\w.+-]+)/.exec(given)?.[1]?.toLowerCase() ?? '';
}

function explain({ kind }: HttpFailure): string {
  switch (kind) {
    case 'refused':
      return "this server's egress rules do not let it reach that address; send it as a data: URL.";
    case 'too-large':
      return `the media of a request may hold ${CALL_BYTES_MAX / 1024 / 1024} MiB together.`;
    case 'timeout':
      return TOO_SLOW;
    default:
      return 'its server could not be reached.';
  }
}

const refuse = (message: string, detail?: string): Failed => failWith('unsupported', message, detail);

function listUrls(part: Part): { url: string; type: Kind }[] {
  if (part.type === 'tool-result') return part.content.flatMap(findUrl);
  return part.type === 'image' || part.type === 'file' ? findUrl(part) : [];
}

function findUrl(part: MediaPart): { url: string; type: Kind }[] {
  if (part.type === 'text' || part.url === undefined || /^data:/i.test(part.url)) return [];
  return [{ url: part.url, type: part.type }];
}

function withUrls(part: Part, inlined: ReadonlyMap<string, string>): Part {
  if (part.type === 'tool-result') return { ...part, content: part.content.map((item) => withUrl(item, inlined)) };
  return part.type === 'image' || part.type === 'file' ? withUrl(part, inlined) : part;
}

function withUrl<Item extends MediaPart>(part: Item, inlined: ReadonlyMap<string, string>): Item {
  const url = part.type === 'text' || part.url === undefined ? undefined : inlined.get(part.url);
  return url === undefined ? part : { ...part, url };
}
