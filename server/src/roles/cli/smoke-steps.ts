/** The steps of `reeve smoke`, in order. Each gives a line for people or throws `SmokeFault`. */
import { HEADERS, RECEIPT_STATUSES } from '@reeve/contracts';
import Type, { type Static, type TSchema } from 'typebox';
import { hashReceipt } from '#audit';
import { createChecker, type Checker } from '#kernel';
import type { SmokeClient, SmokeReply, SmokeRequest } from './smoke-client.ts';

/** The server does not do what it should. `status` is the answer's, where one came. */
export class SmokeFault extends Error {
  readonly status: number | null;
  constructor(message: string, status: number | null = null) {
    super(message);
    this.name = 'SmokeFault';
    this.status = status;
  }
}

/** What one smoke test knows and has seen so far. */
export interface Visit {
  client: SmokeClient;
  /** Makes and ends the key of this test. */
  ownerKey: string;
  /** For the key's end, ISO 8601: a test that is cut off leaves no key for long. */
  keyEndsAt: string;
  /** Given, or found by the step `models`. */
  model: string | null;
  made: { id: string; key: string } | null;
  /** Calls that were answered: the receipt's id, and its hash where the answer said it. */
  calls: { receipt: string; hash: string | null }[];
  /** Sums over the receipts of this test, as they were read back. */
  sums: { requests: number; input_tokens: number; output_tokens: number; cost_nanos: number };
}

export interface SmokeStep {
  name: string;
  run(visit: Visit): Promise<string>;
}

export const SMOKE_STEPS: readonly SmokeStep[] = [
  { name: 'health', run: checkHealth },
  { name: 'key made', run: makeKey },
  { name: 'models', run: findModel },
  { name: 'chat', run: chat },
  { name: 'chat, streamed', run: chatStreamed },
  { name: 'receipts', run: readReceipts },
  { name: 'usage', run: compareUsage },
];
/** Runs whenever a key was made, whatever failed in between. */
export const LAST_SMOKE_STEP: SmokeStep = { name: 'key revoked', run: revokeKey };

const versionChecker = createChecker(Type.Object({ name: Type.Literal('reeve'), version: Type.String() }));
const keyChecker = createChecker(Type.Object({ id: Type.String(), key: Type.String() }));
const modelsChecker = createChecker(
  Type.Object({
    data: Type.Array(
      Type.Object({ id: Type.String(), candidates: Type.Array(Type.Object({ kind: Type.Optional(Type.String()) })) }),
    ),
  }),
);
const answerChecker = createChecker(
  Type.Object({ choices: Type.Array(Type.Object({ message: Type.Object({}) }), { minItems: 1 }) }),
);
const closingChecker = createChecker(Type.Object({ receipt: Type.String(), hash: Type.String() }));
const receiptChecker = createChecker(
  Type.Object({
    hash: Type.String(),
    key_id: Type.String(),
    status: Type.Enum([...RECEIPT_STATUSES]),
    cost_nanos: Type.Union([Type.Integer(), Type.Null()]),
    token_usage: Type.Object({ prompt: Type.Integer(), completion: Type.Integer() }),
  }),
);
const usageChecker = createChecker(
  Type.Object({
    total: Type.Object({
      requests: Type.Integer(),
      input_tokens: Type.Integer(),
      output_tokens: Type.Integer(),
      cost_nanos: Type.Integer(),
    }),
  }),
);

const SCOPES = ['models:invoke', 'receipts:read', 'usage:read'];
const QUESTION = {
  messages: [{ role: 'user', content: 'Answer with the one word: ready' }],
  max_completion_tokens: 64,
};
const CHAT = '/v1/chat/completions';

async function checkHealth({ client }: Visit): Promise<string> {
  for (const path of ['/livez', '/readyz']) await ask(client, { method: 'GET', path });
  const { version } = read(versionChecker, await ask(client, { method: 'GET', path: '/api/version' }));
  return `ready, version ${version}`;
}

async function makeKey(visit: Visit): Promise<string> {
  const body = { name: 'smoke test', scopes: SCOPES, expires_at: visit.keyEndsAt };
  const reply = await ask(visit.client, { method: 'POST', path: '/api/v1/keys', key: visit.ownerKey, body }, 201);
  visit.made = read(keyChecker, reply);
  return visit.made.id;
}

async function findModel(visit: Visit): Promise<string> {
  const reply = await ask(visit.client, { method: 'GET', path: '/v1/models', key: ownKey(visit) });
  const { data } = read(modelsChecker, reply);
  visit.model ??= data.find(({ candidates }) => (candidates[0]?.kind ?? 'chat') === 'chat')?.id ?? null;
  if (visit.model === null) throw new SmokeFault('no model is listed that can chat');
  return `${data.length} listed; asking ${visit.model}`;
}

async function chat(visit: Visit): Promise<string> {
  const body = { model: visit.model, ...QUESTION };
  const reply = await ask(visit.client, { method: 'POST', path: CHAT, key: ownKey(visit), body });
  read(answerChecker, reply);
  const receipt = reply.headers[HEADERS.receipt];
  if (typeof receipt !== 'string') throw new SmokeFault(`the answer has no ${HEADERS.receipt}`);
  visit.calls.push({ receipt, hash: null });
  return `answered by ${decodeURIComponent(String(reply.headers[HEADERS.route] ?? 'nobody named'))}`;
}

async function chatStreamed(visit: Visit): Promise<string> {
  const body = { model: visit.model, stream: true, ...QUESTION };
  const reply = await ask(visit.client, { method: 'POST', path: CHAT, key: ownKey(visit), body });
  if (!String(reply.headers['content-type']).startsWith('text/event-stream')) {
    throw new SmokeFault(`the stream has the type ${String(reply.headers['content-type'])}`);
  }
  const frames = reply.text.split('\n\n').filter((frame) => frame.trim() !== '');
  const data = frames.filter((frame) => frame.startsWith('data: '));
  if (data.at(-1) !== 'data: [DONE]') throw new SmokeFault('the stream has no closing frame');
  const comment = frames.find((frame) => frame.startsWith(': reeve '));
  if (comment === undefined) throw new SmokeFault('the stream does not say its receipt before it closes');
  visit.calls.push(readClosing(comment));
  const [firstMs = reply.headMs] = reply.pieceMs;
  return `${data.length} frames in ${reply.pieceMs.length} pieces, the first after ${Math.round(firstMs)} ms`;
}

function readClosing(comment: string): Visit['calls'][number] {
  const said = parse(closingChecker, comment.slice(': reeve '.length), null);
  return { receipt: said.receipt, hash: said.hash };
}

/** Each call has its receipt, it is this key's, it says `ok`, and its hash is that of its content. */
async function readReceipts(visit: Visit): Promise<string> {
  for (const call of visit.calls) {
    const path = `/api/v1/receipts/${encodeURIComponent(call.receipt)}`;
    const reply = await ask(visit.client, { method: 'GET', path, key: ownKey(visit) });
    const receipt = read(receiptChecker, reply);
    if (hashReceipt(hashedPart(JSON.parse(reply.text))) !== receipt.hash) {
      throw new SmokeFault(`the receipt ${call.receipt} was changed: its hash does not fit its content`);
    }
    if (call.hash !== null && call.hash !== receipt.hash) {
      throw new SmokeFault(`the receipt ${call.receipt} has another hash than the answer said`);
    }
    if (receipt.key_id !== visit.made?.id) throw new SmokeFault(`the receipt ${call.receipt} names another key`);
    if (receipt.status !== 'ok') throw new SmokeFault(`the receipt ${call.receipt} says ${receipt.status}`);
    visit.sums.requests += 1;
    visit.sums.input_tokens += receipt.token_usage.prompt;
    visit.sums.output_tokens += receipt.token_usage.completion;
    visit.sums.cost_nanos += receipt.cost_nanos ?? 0;
  }
  return `${visit.calls.length} read back, hashes right`;
}

const BESIDE_THE_HASH = new Set(['hash', 'proof', 'tags', 'links']);

function hashedPart(receipt: object): object {
  return Object.fromEntries(Object.entries(receipt).filter(([name]) => !BESIDE_THE_HASH.has(name)));
}

async function compareUsage(visit: Visit): Promise<string> {
  const path = `/api/v1/usage?key_id=${encodeURIComponent(visit.made?.id ?? '')}`;
  const { total } = read(usageChecker, await ask(visit.client, { method: 'GET', path, key: ownKey(visit) }));
  for (const name of ['requests', 'input_tokens', 'output_tokens', 'cost_nanos'] as const) {
    const expected = visit.sums[name];
    if (total[name] !== expected) throw new SmokeFault(`usage has ${name} ${total[name]}, the receipts ${expected}`);
  }
  return `${total.requests} requests, ${total.input_tokens + total.output_tokens} tokens, ${total.cost_nanos} nano-USD`;
}

async function revokeKey(visit: Visit): Promise<string> {
  const path = `/api/v1/keys/${encodeURIComponent(visit.made?.id ?? '')}`;
  await ask(visit.client, { method: 'DELETE', path, key: visit.ownerKey }, 204);
  await ask(visit.client, { method: 'GET', path: '/v1/models', key: ownKey(visit) }, 401);
  return 'and refused at once';
}

function ownKey({ made }: Visit): string {
  if (made === null) throw new SmokeFault('no key was made');
  return made.key;
}

async function ask(client: SmokeClient, request: SmokeRequest, expected = 200): Promise<SmokeReply> {
  const reply = await client.send(request);
  if (reply.status === expected) return reply;
  const said = reply.text.replaceAll(/\s+/g, ' ').slice(0, 200);
  throw new SmokeFault(
    `${request.method} ${request.path} answered ${reply.status}, not ${expected}: ${said}`,
    reply.status,
  );
}

function read<Schema extends TSchema>(checker: Checker<Schema>, reply: SmokeReply): Static<Schema> {
  return parse(checker, reply.text, reply.status);
}

function parse<Schema extends TSchema>(checker: Checker<Schema>, text: string, status: number | null): Static<Schema> {
  try {
    return checker.parse(JSON.parse(text));
  } catch (error) {
    throw new SmokeFault(`an answer is not what it should be: ${error instanceof Error ? error.message : ''}`, status);
  }
}
