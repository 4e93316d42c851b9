import type { Answer, AnswerEvent, AnswerFrame, Usage } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import type { ReceiptDraft } from '#audit';
import { AppError } from '#kernel';
import type { RunResult } from '#routing';
import type { CallEnding, CallPath, CallRequest } from './calls.ts';
import { makeCall } from './make-call.ts';

const CANDIDATE = { provider: { name: 'p', region: null }, modelId: 'm' };
const FACTS = { candidate: CANDIDATE, propensityPpm: 1_000_000, attempts: [], failed: [] };
const STATED: Usage = { inputTokens: 900, outputTokens: 1, cachedInputTokens: 0, estimated: false };
const ZERO: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };
/** 400 bytes of text: more than one token by any count. */
const TEXT: AnswerEvent = { type: 'text-delta', index: 0, text: 'word '.repeat(80) };

interface Ended {
  ending: CallEnding;
  receipt: ReceiptDraft;
  logged: unknown[];
}

/** One call whose provider does what `run` says, and the receipt that it left. */
async function callWith(
  run: () => Promise<RunResult>,
  sink: Partial<CallRequest['sink']> = {},
  { signal } = new AbortController(),
): Promise<Ended> {
  const receipts: ReceiptDraft[] = [];
  const logged: unknown[] = [];
  const metrics = { call: () => {}, streamOpened: () => {}, streamClosed: () => {} };
  const plan = { candidates: [CANDIDATE], propensityPpm: 1_000_000 };
  const path = {
    routing: { resolve: () => plan, order: () => plan, run, noteBreak: () => {} },
    prices: { version: 'v', find: () => null },
    ledger: {
      openIntent: () => Promise.resolve(),
      commit: (draft: ReceiptDraft) => Promise.resolve({ hash: `hash ${receipts.push(draft)}` }),
    },
    capacity: { enter: () => 'entered', leave: () => {} },
    telemetry: { metrics, tracer: { enabled: false }, log: { error: (fields: unknown) => logged.push(fields) } },
    clock: { now: () => 0, monotonicMs: () => 0 },
    ids: { next: () => 'rcpt_1' },
  };
  const actor = { kind: 'operator', keyId: 'k', models: null, scopes: new Set(['*']) };
  const request = {
    scope: { tenantId: 't', requestId: 'r', actor, trace: { traceId: 'x' } },
    surface: 'openai',
    call: { kind: 'chat', wire: 'openai', model: 'p/m', stream: true, parts: [], params: {}, extensions: {} },
    tags: {},
    signal,
    startedMs: 0,
    sink: { open: () => {}, frame: () => {}, ...sink },
  };
  const ending = await makeCall(path as never as CallPath, request as never as CallRequest);
  const [receipt] = receipts;
  if (receipt === undefined || receipts.length !== 1) throw new Error(`${receipts.length} receipts`);
  return { ending, receipt, logged };
}

const streamOf =
  (...frames: readonly (readonly AnswerEvent[])[]) =>
  (): Promise<RunResult> =>
    Promise.resolve({ ...FACTS, type: 'stream', frames: toFrames(frames) } as never as RunResult);

async function* toFrames(frames: readonly (readonly AnswerEvent[])[]): AsyncGenerator<AnswerFrame> {
  for (const events of frames) yield await Promise.resolve({ events });
}

const answerOf = (answer: Pick<Answer, 'parts' | 'usage'>) => (): Promise<RunResult> =>
  Promise.resolve({
    ...FACTS,
    type: 'answer',
    answer: { kind: 'chat', model: null, ...answer },
  } as never as RunResult);

describe('what a stream is settled on', () => {
  const broken: AnswerEvent = { type: 'error', kind: 'reset', status: null, message: 'gone' };
  const interim: AnswerEvent = { type: 'usage', usage: STATED, interim: true };

  it('keeps the input that the provider stated before it broke, and estimates only the output', async () => {
    const { receipt } = await callWith(streamOf([interim], [TEXT], [broken]));
    expect(receipt.status).toBe('failed');
    expect(receipt.token_usage).toMatchObject({ prompt: 900, estimated: true });
    expect(receipt.token_usage.completion).toBeGreaterThan(50);
  });

  it('takes the final figures as they are', async () => {
    const final: AnswerEvent = { type: 'usage', usage: { ...STATED, outputTokens: 7 } };
    const { receipt } = await callWith(streamOf([interim], [TEXT], [final], [{ type: 'closed' }]));
    expect(receipt.token_usage).toMatchObject({ prompt: 900, completion: 7, estimated: false });
  });

  it('lets no zeros at the end replace what was stated', async () => {
    const final: AnswerEvent = { type: 'usage', usage: { ...STATED, outputTokens: 7 } };
    const { receipt } = await callWith(streamOf([TEXT], [final], [{ type: 'usage', usage: ZERO }, { type: 'closed' }]));
    expect(receipt.token_usage).toMatchObject({ prompt: 900, completion: 7, estimated: false });
  });

  it('believes no count of no output beside words', async () => {
    const usage = { ...STATED, outputTokens: 0 };
    const words = { type: 'text', index: 0, text: 'word '.repeat(80) } as const;
    const streamed = await callWith(streamOf([TEXT], [{ type: 'usage', usage }, { type: 'closed' }]));
    const whole = await callWith(answerOf({ parts: [words], usage }));
    for (const { receipt } of [streamed, whole]) {
      expect(receipt.token_usage).toMatchObject({ prompt: 900, estimated: true });
      expect(receipt.token_usage.completion).toBeGreaterThan(50);
    }
    const silent = await callWith(answerOf({ parts: [{ type: 'embedding', index: 0, vector: [1] }], usage }));
    expect(silent.receipt.token_usage).toMatchObject({ prompt: 900, completion: 0, estimated: false });
  });
});

describe('a fault of ours', () => {
  it('before an answer ends in a receipt whose id the caller gets', async () => {
    const { ending, receipt, logged } = await callWith(() => Promise.reject(new TypeError('a bug')));
    expect(ending).toMatchObject({ type: 'refused', head: { receiptId: 'rcpt_1' }, error: { code: 'internal_error' } });
    expect(receipt).toMatchObject({ status: 'failed', error_code: 'internal_error', model: null });
    expect(logged).toMatchObject([{ request_id: 'r', error: { message: 'a bug' } }]);
  });

  it('in a stream books what the provider did until then', async () => {
    const frame = (given: AnswerFrame): void => {
      if (given.events.includes(TEXT)) throw new TypeError('cannot render');
    };
    const final: AnswerEvent = { type: 'usage', usage: { ...STATED, outputTokens: 3 } };
    const { ending, receipt } = await callWith(streamOf([final], [TEXT], [{ type: 'closed' }]), { frame });
    expect(ending).toMatchObject({ type: 'streamed', error: { code: 'internal_error' } });
    expect(receipt).toMatchObject({ status: 'failed', error_code: 'internal_error', model: { provider: 'p' } });
    expect(receipt.token_usage).toMatchObject({ prompt: 900, completion: 3 });
    expect(receipt.bytes_out).toBeGreaterThan(400);
  });

  it('that is told by name keeps its name', async () => {
    const { ending, receipt, logged } = await callWith(() => Promise.reject(new AppError('overloaded')));
    expect(ending).toMatchObject({ type: 'refused', error: { code: 'overloaded' } });
    expect(receipt.error_code).toBe('overloaded');
    expect(logged).toEqual([]);
  });
});

describe('a provider that asks to wait', () => {
  it.each([
    ['7', 7],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 9],
    [null, null],
  ])('with %j is passed on as %j seconds', async (retryAfter, seconds) => {
    const failure = { kind: 'status', status: 503, message: 'busy', retryAfter, body: null };
    const run = { ...FACTS, type: 'failed', failure, code: 'upstream_failed', passThrough: false };
    const { ending } = await callWith(() => Promise.resolve(run as never as RunResult));
    expect(ending).toMatchObject({ type: 'refused', error: { retryAfterSeconds: seconds } });
  });
});

describe('a call that ends before its answer does', () => {
  const failure = { kind: 'aborted', status: null, message: 'gone', retryAfter: null, body: null };
  const failed = { ...FACTS, type: 'failed', failure, code: 'request_timeout', passThrough: false };
  const draining = new AppError('draining');

  /** The signal fires as the provider works, with the reason or, as for a caller who left, with none. */
  const endWith = (reason: AppError | undefined) => {
    const ending = new AbortController();
    const end = (): void => ending.abort(reason);
    const plain = (): Promise<RunResult> => (end(), Promise.resolve(failed as never as RunResult));
    return {
      plain: () => callWith(plain, {}, ending),
      stream: () => callWith(streamOf([TEXT], [TEXT], [{ type: 'closed' }]), { frame: end }, ending),
      closed: () => callWith(streamOf([TEXT, { type: 'closed' }]), { frame: end }, ending),
    };
  };

  it('is told that this server gave it up, and so is its receipt', async () => {
    const plain = await endWith(draining).plain();
    expect(plain.ending).toMatchObject({ type: 'refused', error: { code: 'draining' } });
    const stream = await endWith(draining).stream();
    expect(stream.ending).toMatchObject({ type: 'streamed', error: { code: 'draining' } });
    for (const { receipt } of [plain, stream]) {
      expect(receipt).toMatchObject({ status: 'failed', error_code: 'draining' });
    }
    expect(stream.receipt.token_usage.completion).toBeGreaterThan(50);
  });

  it('says of its caller that they left, where they did', async () => {
    expect((await endWith(undefined).plain()).receipt.status).toBe('aborted');
    expect((await endWith(undefined).stream()).receipt).toMatchObject({ status: 'aborted', error_code: null });
  });

  it('is good where its closing frame was out', async () => {
    const { ending, receipt } = await endWith(draining).closed();
    expect(ending).toMatchObject({ type: 'streamed', error: null });
    expect(receipt).toMatchObject({ status: 'ok', error_code: null });
  });
});
