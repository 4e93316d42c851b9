/** What the mocks of all wires share: what was asked, what everybody answers, and how it is put down. */
import type { IncomingHttpHeaders } from 'node:http';

export type Json = Record<string, unknown>;

/** One request to a mock, its path without the first segment that chose the wire. */
export interface WireRequest {
  method: string;
  /** With the query. */
  path: string;
  /** As it stood in the request line. */
  fullPath: string;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  body: Json;
}

/** Whole bodies have one chunk. */
export interface WireReply {
  status: number;
  type: string;
  chunks: readonly (string | Buffer)[];
  headers?: Readonly<Record<string, string>>;
}

/** Why a wire turns a request away: its own status and words are the wire's. */
export type Refusal = 'key' | 'invalid' | 'limited' | 'overloaded' | 'no-such-path';

/** A provider's wire as its public documentation describes it. */
export interface MockWire {
  /** Whether the request proves who asks in the wire's own way. */
  isAuthorized(request: WireRequest): boolean;
  /** Of the model whose name may hold a fault, e.g. `claude--limited`. */
  findModel(request: WireRequest): string;
  /** Throws `InvalidRequest` for what the provider would not take. */
  answer(request: WireRequest, asked: string | null): WireReply | null;
  refuse(refusal: Refusal, message: string): WireReply;
}

/** A request that the provider answers with its own 400. */
export class InvalidRequest extends Error {}

export const WIRE_KEY = 'wire-key-0123456789';
/** Seconds, as every limited answer says them in its wire's way. */
export const RETRY_AFTER = 7;

const WORDS = ['The ', 'stick ', 'is ', 'split ', 'in ', 'two: ', 'café ', '🌾 ', 'done.'] as const;
export const TEXT = WORDS.join('');
export const THOUGHT = 'Sticks vary.';
/** What a wire that signs its thoughts wants back unchanged. */
export const SIGNATURE = Buffer.from('signed by the mock').toString('base64');
export const TOOL_ARGUMENTS = { city: 'Oslo', unit: 'celsius' };
export const TOOL_TEXT = JSON.stringify(TOOL_ARGUMENTS);
const JSON_TEXT = JSON.stringify({ name: 'tally', count: 3 });
export const INPUT_TOKENS = 11;
export const OUTPUT_TOKENS = 9;
export const VECTORS = [
  [0.25, -0.5, 1],
  [0, 0.125, -1],
] as const;

/** What a question gets. */
export interface Reply {
  /** The name of the tool that is called, or `null`. */
  tool: string | null;
  /** Counts the tool calls before it. */
  step: number;
  /** The pieces of the text. */
  pieces: readonly string[];
  thinks: boolean;
  filtered: boolean;
}

/**
 * Every mock decides alike: a tool where one is offered and none was answered yet, JSON where asked for, else the text. A tool
 * whose name ends in `_twice` is called in two steps.
 */
export function decideReply(facts: {
  tool: unknown;
  /** How many results the request holds. */
  answered: number;
  wantsJson: boolean;
  thinks: boolean;
  fault: string | null;
}): Reply {
  const offered = typeof facts.tool === 'string' ? facts.tool : null;
  const tool = facts.answered < (offered?.endsWith('_twice') === true ? 2 : 1) ? offered : null;
  const filtered = facts.fault === 'filtered';
  const pieces = facts.wantsJson ? (JSON_TEXT.match(/.{1,7}/g) ?? []) : WORDS;
  return {
    tool: filtered ? null : tool,
    pieces: filtered ? WORDS.slice(0, 2) : pieces,
    step: facts.answered,
    thinks: facts.thinks,
    filtered,
  };
}

/** Both halves of the tool's arguments, as streams send them. */
export const TOOL_PIECES = [TOOL_TEXT.slice(0, 9), TOOL_TEXT.slice(9)] as const;

export function sendJson(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): WireReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, type: 'application/json', chunks: [text], headers };
}

export function sendEvents(chunks: readonly string[]): WireReply {
  return { status: 200, type: 'text/event-stream', chunks };
}

export const dataFrame = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/** Throws where the body has a field that the wire does not know. */
export function checkFields(body: Json, known: readonly string[], where = 'body'): void {
  const foreign = Object.keys(body).filter((name) => !known.includes(name));
  if (foreign.length > 0) throw new InvalidRequest(`${where}: unknown field ${foreign.join(', ')}`);
}

export function check(holds: boolean, message: string): void {
  if (!holds) throw new InvalidRequest(message);
}

export const asList = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);
export const asRecord = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** Throws unless every answered call was asked for before, and every call that was asked for is answered. */
export function checkPairs(calls: readonly unknown[], results: readonly unknown[]): void {
  const sort = (ids: readonly unknown[]): string => JSON.stringify(ids.map(String).toSorted());
  check(sort(calls) === sort(results), `tool calls ${sort(calls)} do not match their results ${sort(results)}`);
}

export const isBearer = ({ headers }: WireRequest): boolean => headers.authorization === `Bearer ${WIRE_KEY}`;

export const modelInBody = ({ body }: WireRequest): string => String(body['model'] ?? '');
