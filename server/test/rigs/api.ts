/** The calls that black-box tests make again and again. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Caller {
  baseUrl: string;
  key: string;
}

export interface ReceiptView {
  id: string;
  tenant_id: string;
  key_id: string | null;
  status: string;
  error_code: string | null;
  model: { provider: string; model_id: string } | null;
  token_usage: { prompt: number; completion: number; total: number; estimated: boolean };
  cost_nanos: number | null;
  hash: string;
  prev_hash: string;
  seq: number;
  writer_id: string;
  attempts: readonly { outcome: string }[];
}

export interface Page<T> {
  data: T[];
  next: string | null;
}

export interface UsageTotal {
  requests: number;
  input_tokens: number;
  output_tokens: number;
  cost_nanos: number;
  unpriced: number;
}

export interface NewKey {
  id: string;
  key: string;
  tenant_id: string;
  scopes: string[];
  models: string[] | null;
}

const MESSAGES = [{ role: 'user', content: 'What is a tally?' }];
const SETTLE_LIMIT_MS = 10_000;

export function postJson(
  caller: Caller,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(caller.baseUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export function get(caller: Caller, path: string): Promise<Response> {
  return fetch(caller.baseUrl + path, { headers: { authorization: `Bearer ${caller.key}` } });
}

export function remove(caller: Caller, path: string): Promise<Response> {
  return fetch(caller.baseUrl + path, { method: 'DELETE', headers: { authorization: `Bearer ${caller.key}` } });
}

export function ask(caller: Caller, model: string, extra: Record<string, unknown> = {}): Promise<Response> {
  return postJson(caller, '/v1/chat/completions', { model, messages: MESSAGES, ...extra });
}

/** The parsed body of a reply that must have this status. */
export async function expectJson<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`status ${response.status}, not ${status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

export async function makeKey(caller: Caller, request: Record<string, unknown>): Promise<NewKey> {
  return expectJson<NewKey>(await postJson(caller, '/api/v1/keys', request), 201);
}

/** The receipt, once it is settled; rejects where it never is. */
export async function getReceipt(caller: Caller, id: string | null): Promise<ReceiptView> {
  const path = `/api/v1/receipts/${id}`;
  for (const endMs = performance.now() + SETTLE_LIMIT_MS; ; await wait(20)) {
    const response = await get(caller, path);
    if (response.status === 200 || performance.now() > endMs) return expectJson<ReceiptView>(response, 200);
    await response.text();
  }
}

/** Every row of a listing, page by page. */
export async function listAll<T>(caller: Caller, path: string): Promise<T[]> {
  const rows: T[] = [];
  let after: string | null = null;
  do {
    const query: string = after === null ? '?limit=500' : `?limit=500&after=${encodeURIComponent(after)}`;
    const page: Page<T> = await expectJson(await get(caller, path + query), 200);
    rows.push(...page.data);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** Data of each event of an SSE text, comments left out. */
export function sseData(text: string): string[] {
  return text.split('\n\n').flatMap((frame) =>
    frame
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => line.slice('data: '.length)),
  );
}
