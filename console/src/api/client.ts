/**
 * The only way to the server. `call` is for management endpoints and typed by the server's own description; `request` is for
 * whatever streams. Both send the cookie and the header that tells a page of ours from a foreign one, and throw `ApiProblem`.
 */
import { HEADERS } from '@reeve/contracts';
import { parseExact } from './exact-json.ts';
import { ApiProblem, readProblem } from './problem.ts';
import type { Operations } from './schema.gen.ts';
import { createSignal } from './signal.ts';

/** True once an answer said that the session is over; the shell then asks to sign in again, above the page. */
export const sessionEnded = createSignal(false);
/** When an answer last said that a call was served by another route than the first; `null`: none did. */
export const lastFallback = createSignal<{ at: number; from: string } | null>(null);
/** How far the server's clock is ahead of this machine's, in ms. */
const clockAhead = createSignal(0);

const SECOND_MS = 1_000;

/** The server's time. A machine with a wrong clock shows right ages all the same. */
export function serverNow(): number {
  return Date.now() + clockAhead.get();
}

export type Operation = keyof Operations;
export type Reply<Name extends Operation> = Operations[Name]['reply'];
export type Query<Name extends Operation> = Operations[Name]['query'];
export type Body<Name extends Operation> = Operations[Name]['body'];

interface CallInput {
  params?: Readonly<Record<string, string>> | undefined;
  query?: object | undefined;
  body?: unknown;
}

/** What an operation needs, and nothing else. */
export type Input<Name extends Operation> = Given<'params', Operations[Name]['params']> &
  Given<'query', Operations[Name]['query']> &
  Given<'body', Operations[Name]['body']> &
  Pick<RequestInput, 'signal' | 'headers' | 'background'>;
type Given<Key extends string, Value> = [Value] extends [undefined]
  ? { [Name in Key]?: undefined }
  : Record<never, never> extends Value
    ? { [Name in Key]?: Value }
    : { [Name in Key]: Value };

/** Calls a management endpoint, e.g. `call('GET /api/v1/receipts', { query: { limit: 50 } })`. Throws `ApiProblem`. */
export async function call<Name extends Operation>(operation: Name, input: Input<Name>): Promise<Reply<Name>> {
  const [method = 'GET', path = ''] = operation.split(' ', 2);
  const { params, query, body }: CallInput = input;
  const response = await request(fillPath(path, params) + toQuery(query), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(input.headers === undefined ? {} : { headers: input.headers }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    ...(input.background === undefined ? {} : { background: input.background }),
  });
  const text = response.status === 204 ? '' : await response.text();
  return (text === '' ? undefined : parseExact(text)) as Reply<Name>;
}

export interface RequestInput {
  method: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** The page asks by itself: it does not keep the session of a person who went away alive. */
  background?: boolean;
}

/** Sends a request and answers with the response where it succeeded. Throws `ApiProblem`; an aborted one throws as `fetch` does. */
export async function request(
  path: string,
  { headers, background = false, ...input }: RequestInput,
): Promise<Response> {
  const own = {
    [HEADERS.console]: background ? 'background' : '1',
    ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  let response: Response;
  try {
    response = await fetch(path, { ...input, headers: { ...own, ...headers }, credentials: 'same-origin' });
  } catch (error) {
    if (input.signal?.aborted === true) throw error;
    throw new ApiProblem({ status: 0, code: 'unreachable', message: 'The server does not answer.' });
  }
  note(response);
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.status === 401 && !isAboutPassword(problem)) sessionEnded.set(true);
  throw problem;
}

/** A wrong password or a used link says nothing about the session that one may have. */
function isAboutPassword({ code }: ApiProblem): boolean {
  return code === 'sign_in_failed' || code === 'sign_in_link_invalid';
}

function note(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds: smaller differences are no skew.
  if (!Number.isNaN(date) && Math.abs(date - serverNow()) > 2 * SECOND_MS) clockAhead.set(date - Date.now());
  const from = response.headers.get(HEADERS.fallback);
  if (from !== null) lastFallback.set({ at: serverNow(), from });
}

function fillPath(path: string, params: CallInput['params']): string {
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(params?.[name] ?? ''));
}

/** An address of the server with its query: for a link, or what is saved as a file. */
export function toAddress(path: string, query: object): string {
  return path + toQuery(query);
}

function toQuery(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(name, String(one));
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
