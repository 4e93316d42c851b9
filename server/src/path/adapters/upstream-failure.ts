/** How things that go wrong on a wire become an `UpstreamFailure`: one voice for every adapter. */
import { HttpFailure, type IncomingAnswer } from '#platform/http-client/port.ts';
import type { Attempt, Invocation, Provider, UpstreamFailure } from './adapter.ts';
import { parseJson } from './read-json.ts';

export type Failed = Extract<Invocation, { type: 'failure' }>;

const MESSAGE_LENGTH_MAX = 500;
const PLAIN_LENGTH_MAX = 8 * 1024;
const ERROR_BYTES_MAX = 256 * 1024;

/** A failure without status or body. */
export function failWith(kind: UpstreamFailure['kind'], message: string, detail?: string): Failed {
  const failure = { kind, status: null, message, retryAfter: null, body: null };
  return { type: 'failure', failure: detail === undefined ? failure : { ...failure, detail } };
}

/** What the HTTP client threw. Anything else is a bug and is thrown on. */
export function failFromWire(thrown: unknown, attempt: Attempt): Failed {
  if (!(thrown instanceof HttpFailure)) throw thrown;
  const kind = toKind(thrown, attempt.signal.aborted);
  return failWith(kind, describeWireFailure(thrown, attempt.provider), thrown.message);
}

/** A sentence about a broken wire that names no address. */
export function describeWireFailure({ kind }: HttpFailure, { timeoutMs }: Provider): string {
  switch (kind) {
    case 'connect':
      return 'The provider could not be reached.';
    case 'refused':
      return "This server's egress rules do not let it reach the provider.";
    case 'reset':
      return 'The provider closed the connection before its answer was whole.';
    case 'timeout':
      return `The provider sent nothing within its limit of ${timeoutMs} ms.`;
    case 'aborted':
      return 'The exchange with the provider was given up.';
    case 'too-large':
      return 'The provider sent an answer that is larger than this server takes.';
    case 'malformed':
      return 'The provider sent an answer that is not valid HTTP.';
  }
}

function toKind({ kind }: HttpFailure, callerGone: boolean): UpstreamFailure['kind'] {
  if (callerGone) return 'aborted';
  if (kind === 'too-large' || kind === 'malformed') return 'invalid';
  if (kind === 'refused') return 'connect';
  return kind === 'aborted' ? 'reset' : kind;
}

/** An answer with an error status: `findMessage` looks into its JSON for the provider's own sentence. */
export async function failFromStatus(
  answer: IncomingAnswer,
  attempt: Attempt,
  wire: string,
  findMessage: (value: unknown) => string | null,
): Promise<Failed> {
  const { status, headers } = answer;
  const bytes = await readErrorBody(answer);
  if (attempt.signal.aborted) return failWith('aborted', 'The caller went away.');
  const text = maskBody(bytes.toString('utf8'), attempt.provider);
  const value = parseJson(text);
  const said = (value === undefined ? toPlainText(text) : findMessage(value)) ?? '';
  return {
    type: 'failure',
    failure: {
      kind: 'status',
      status,
      message: trimMessage(said) || `The provider answered with status ${status}.`,
      retryAfter: readRetryAfter(firstOf(headers['retry-after'])) ?? readMs(firstOf(headers['retry-after-ms'])),
      body:
        typeof value === 'object' && value !== null
          ? { wire, bytes: Buffer.from(text), contentType: 'application/json' }
          : null,
    },
  };
}

/** What the provider says of itself, fit to be shown: short, on one line, without anything that looks like a key. */
export function toPublicMessage(said: string, provider: Provider): string {
  return trimMessage(maskSecrets(said, provider));
}

const SECRETS = /\b(sk|pk|rk)-[\w*-]{8,}|\bBearer\s+[\w.~+/-]{8,}=*|\bAIza[\w-]{20,}|\bhf_\w{8,}|\bgsk_\w{8,}/g;
const MASK = '[key]';

/** Names of settings that hold a credential: `secret_access_key`, `session_token`. */
const SECRET_SETTING = /(_secret|_token|_key)$/;

/** The text without the provider's credentials or anything that looks like one. */
export function maskSecrets(text: string, { apiKey, settings }: Provider): string {
  let masked = text.replaceAll(SECRETS, MASK);
  if (apiKey !== null) masked = masked.replaceAll(apiKey, MASK);
  for (const [name, value] of Object.entries(settings)) {
    if (SECRET_SETTING.test(name) && typeof value === 'string') masked = masked.replaceAll(value, MASK);
  }
  return masked;
}

async function readErrorBody(answer: IncomingAnswer): Promise<Buffer> {
  try {
    return await answer.readAll(ERROR_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    // The status is known and says enough; only the provider's sentence is lost.
    return Buffer.alloc(0);
  }
}

/** The words of an HTML page or a plain text; of what is long, only the beginning. Takes time in proportion to that. */
export function toPlainText(text: string): string {
  return dropScripts(text.slice(0, PLAIN_LENGTH_MAX)).replaceAll(/<[^<>]*>/g, ' ');
}

/** A script or style sheet that nothing closes reaches to the end. */
function dropScripts(text: string): string {
  const low = text.toLowerCase();
  const opening = /<(script|style)/g;
  let kept = '';
  let from = 0;
  for (;;) {
    opening.lastIndex = from;
    const found = opening.exec(low);
    if (found === null) return kept + text.slice(from);
    kept += `${text.slice(from, found.index)} `;
    const end = low.indexOf(`</${found[1]}`, opening.lastIndex);
    if (end === -1) return kept;
    from = end;
  }
}

function trimMessage(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= MESSAGE_LENGTH_MAX ? line : `${line.slice(0, MESSAGE_LENGTH_MAX - 1)}…`;
}

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Whole seconds or an HTTP date, as `retry-after` may be (RFC 9110 §10.2.3); fractions, which some send, as the next whole
 * second. `null` for anything else.
 */
export function readRetryAfter(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^\d{1,9}\.\d{1,9}$/.test(text)) return String(Math.ceil(Number(text)));
  return /^\d{1,9}$/.test(text) || (HTTP_DATE.test(text) && !Number.isNaN(Date.parse(text))) ? text : null;
}

/** `retry-after-ms`, as OpenAI and Azure send it, in whole seconds. */
function readMs(value: string | null): string | null {
  return value !== null && /^\d{1,12}(\.\d{1,9})?$/.test(value.trim()) ? String(Math.ceil(Number(value) / 1000)) : null;
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** Likewise for a body, which stays as it is where nothing shows: JSON may hide a key behind escapes. */
export function maskBody(text: string, provider: Provider): string {
  const value = parseJson(text);
  if (value === undefined) return maskSecrets(text, provider);
  const plain = JSON.stringify(value);
  const masked = maskSecrets(plain, provider);
  return masked === plain ? text : masked;
}
