/** Asks a model for one word, over the same path as every call: policy, breakers, receipt and all. */
import type { Answer, Call, Part } from '@reeve/contracts';
import { makeCall, type CallEnding, type CallPath } from '#calls';
import { toAppError, type ReceiptId, type Scope } from '#kernel';

export interface TestedModel {
  ok: boolean;
  /** What it said, or what failed; one sentence. */
  detail: string;
  /** Of the catalogue of errors, where it failed. */
  errorCode: string | null;
  /** `provider/model` that answered, or that failed last; `null` where none was asked. */
  route: string | null;
  latencyMs: number;
  costNanos: number | null;
  /** `null` where the call was not admitted. */
  receiptId: ReceiptId | null;
}

/** A test that lasts longer has failed: a person waits for it. */
const TEST_MS = 30_000;
const SURFACE = 'operations';

/** `name` is an alias or `provider/model`. Resolves for whatever the provider does. */
export async function testModel(path: CallPath, scope: Scope, name: string): Promise<TestedModel> {
  const startedMs = path.clock.monotonicMs();
  const tooLong = new AbortController();
  const cancel = path.clock.after(TEST_MS, () => tooLong.abort());
  try {
    const ending = await makeCall(path, {
      scope,
      surface: SURFACE,
      call: makeProbe(name, findKind(path, name)),
      tags: {},
      signal: tooLong.signal,
      startedMs,
      sink: NO_STREAM,
    });
    return { ...toTested(ending), latencyMs: path.clock.monotonicMs() - startedMs };
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    const latencyMs = path.clock.monotonicMs() - startedMs;
    return { ...FAILED, detail: message, errorCode: code, latencyMs };
  } finally {
    cancel();
  }
}

const NO_STREAM = { open: () => undefined, frame: () => undefined };
const FAILED = { ok: false, route: null, costNanos: null, receiptId: null } as const;

/** What it is listed for; a model that no list knows is asked as a chat. */
function findKind({ routing, prices }: CallPath, name: string): string {
  const candidate = routing.resolve(name)?.candidates[0];
  const entry = candidate === undefined ? null : prices.describe(candidate.provider, candidate.modelId);
  return entry?.kind ?? 'chat';
}

const WORD = 'Answer with the one word: ready';

/** One small call of the kind. */
function makeProbe(model: string, kind: string): Call {
  const base = { wire: 'openai', model, stream: false, extensions: {} };
  switch (kind) {
    case 'completion':
      return { ...base, kind, parts: toTurns(WORD), params: { maxOutputTokens: 16 } };
    case 'embedding':
    case 'moderation':
      return { ...base, kind, parts: toTurns(WORD), params: {} };
    case 'rerank':
      return { ...base, kind, wire: 'rerank', parts: toTurns(WORD, 'ready', 'not'), params: {} };
    default:
      return { ...base, kind: 'chat', parts: toTurns(WORD), params: { maxOutputTokens: 256 } };
  }
}

function toTurns(...texts: string[]): Part[] {
  return texts.map((text, turn) => ({ type: 'text', turn, role: 'user', text }));
}

function toTested(ending: CallEnding): Omit<TestedModel, 'latencyMs'> {
  if (ending.type === 'answered') {
    const { head, answer, settlement } = ending;
    const detail = describeAnswer(answer);
    const { costNanos } = settlement;
    return { ok: true, detail, errorCode: null, route: head.route, costNanos, receiptId: head.receiptId };
  }
  const { error, head } = ending;
  return {
    ...FAILED,
    detail: error?.message ?? 'It answered as a stream, which was not asked for.',
    errorCode: error?.code ?? 'upstream_invalid',
    route: head?.route ?? null,
    receiptId: head?.receiptId ?? null,
  };
}

const SHOWN_CHARACTERS = 60;

function describeAnswer({ model, parts, kind }: Answer): string {
  if (kind === 'embedding') return 'It gave an embedding.';
  if (kind === 'rerank') return 'It gave an order.';
  if (kind === 'moderation') return 'It gave a judgement.';
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  return `${model ?? 'It'} said ${JSON.stringify(text.slice(0, SHOWN_CHARACTERS))}`;
}
