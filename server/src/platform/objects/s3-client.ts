/** S3 over HTTP: signed requests to one bucket, tried again where that is safe, and failures in our words. */
import { AppError, type Clock } from '#kernel';
import { encodeStrictly, signV4 } from '../crypto/port.ts';
import { HttpFailure, type HttpClient, type IncomingAnswer } from '../http-client/port.ts';
import { readElement } from './s3-wire.ts';
import type { S3Address } from './s3-url.ts';

export interface S3Request {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  /** Empty for the bucket itself. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  /** Names in small letters. All are signed. */
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
}

/** A whole answer. */
export interface S3Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** S3's name for what is wrong; empty where it gives none. */
  code: string;
}

export interface S3Client {
  /**
   * Asks and reads the answer whole. Every status but those below comes back; 401, 403, 429, 5xx, cut connections and
   * answers that cannot be read reject with `AppError('objects_unavailable')`.
   */
  ask(request: S3Request): Promise<S3Reply>;
  /** Asks for an object's bytes: the answer stands at their beginning where its status is 200 or 206. */
  open(request: S3Request): Promise<IncomingAnswer | S3Reply>;
  /** `expected` names the statuses that are no fault. */
  expect(request: S3Request, ...expected: number[]): Promise<S3Reply>;
}

export interface S3Deps {
  httpClient: HttpClient;
  clock: Clock;
}

const TIMEOUT_MS = 30_000;
const REPLY_BYTES_MAX = 16 * 1024 * 1024;
/** Waits before the second and third attempt. */
const RETRY_MS = [100, 500];

export function createS3Client(address: S3Address, { httpClient, clock }: S3Deps): S3Client {
  async function send({ method, key = '', query = {}, headers = {}, body = '' }: S3Request): Promise<IncomingAnswer> {
    const { origin, bucket, keys, region } = address;
    const path = `/${bucket}${key === '' ? '' : `/${key}`}`;
    const search = renderQuery(query);
    const signed = { ...headers, host: new URL(origin).host };
    const proof = signV4({ method, path, query: search, headers: signed, body }, keys, {
      region,
      service: 's3',
      atMs: clock.now(),
    });
    return httpClient.exchange({
      method,
      url: `${origin}${path}${search === '' ? '' : `?${search}`}`,
      headers: { ...headers, ...proof },
      ...(body.length === 0 && method !== 'PUT' && method !== 'POST' ? {} : { body }),
      timeoutMs: TIMEOUT_MS,
    });
  }

  /** A request of which no byte went out, or that S3 was too busy for, did nothing: it may go again. */
  async function attempt(request: S3Request): Promise<IncomingAnswer> {
    for (const waitMs of RETRY_MS) {
      try {
        const answer = await send(request);
        if (answer.status !== 503) return answer;
        await answer.readAll(REPLY_BYTES_MAX);
      } catch (error) {
        if (!(error instanceof HttpFailure) || error.kind !== 'connect') throw error;
      }
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    }
    return send(request);
  }

  async function open(request: S3Request): Promise<IncomingAnswer | S3Reply> {
    const answer = await reachable(attempt(request));
    return answer.status === 200 || answer.status === 206 ? answer : readReply(request, answer);
  }

  async function ask(request: S3Request): Promise<S3Reply> {
    return readReply(request, await reachable(attempt(request)));
  }

  return {
    ask,
    open,
    async expect(request, ...expected) {
      const reply = await ask(request);
      if (reply.status < 300 || expected.includes(reply.status)) return reply;
      throw unavailable(describe(request, reply));
    },
  };
}

/** Parameters in S3's own way: sorted when signed, each with its `=`. */
function renderQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`)
    .join('&');
}

async function readReply(request: S3Request, answer: IncomingAnswer): Promise<S3Reply> {
  // The answer to HEAD names the length of what it leaves out.
  const text = request.method === 'HEAD' ? '' : (await reachable(answer.readAll(REPLY_BYTES_MAX))).toString('utf8');
  const reply = {
    status: answer.status,
    headers: flatten(answer.headers),
    text,
    code: readElement(text, 'Code') ?? '',
  };
  if (reply.status === 401 || reply.status === 403) throw unavailable(`S3 refuses us: ${describe(request, reply)}`);
  if (reply.status === 429 || (reply.status >= 500 && reply.status !== 501))
    throw unavailable(describe(request, reply));
  return reply;
}

async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unavailable(`S3 cannot be reached: ${String(error)}`, error);
  }
}

function describe({ method, query = {} }: S3Request, { status, code, text }: S3Reply): string {
  const what = [method, ...Object.keys(query)].join(' ');
  return `${what} answers ${status} ${code || text.slice(0, 200)}`;
}

export function unavailable(detail: string, cause?: unknown): AppError {
  return new AppError('objects_unavailable', { detail, cause });
}

export function flatten(headers: IncomingAnswer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
