import type { Answer } from '@reeve/contracts';
import { expect, it } from 'vitest';
import type { CallPath } from '#calls';
import type { HttpExchange } from '#kernel';
import { serveCall, type SurfaceVoice } from './serve-call.ts';

const CANDIDATE = { provider: { name: 'p', region: null }, modelId: 'm' };
const USAGE = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, estimated: false };
const ANSWER: Answer = { kind: 'chat', model: 'm', parts: [{ type: 'text', index: 0, text: 'hello' }], usage: USAGE };

/** A path on which every call is answered. */
const path = {
  routing: {
    resolve: () => ({ candidates: [CANDIDATE], propensityPpm: 1 }),
    order: (_call: unknown, plan: unknown) => plan,
    run: () => Promise.resolve({ type: 'answer', candidate: CANDIDATE, attempts: [], failed: [], answer: ANSWER }),
  },
  prices: { version: 'v', find: () => null },
  ledger: { openIntent: () => Promise.resolve(), commit: () => Promise.resolve({ hash: 'h' }) },
  capacity: { enter: () => 'entered', leave: () => {} },
  telemetry: { metrics: { call: () => {} }, tracer: { enabled: false }, log: { error: () => {} } },
  clock: { now: () => 0, monotonicMs: () => 0 },
  ids: { next: () => 'rcpt_1' },
};

it('names the receipt of a call that was paid and could not be told', async () => {
  const sent: unknown[] = [];
  const exchange = {
    headers: {},
    scope: { tenantId: 't', actor: { kind: 'operator', keyId: 'k', models: null, scopes: new Set(['*']) }, trace: {} },
    signal: new AbortController().signal,
    startedMs: 0,
    noteReceipt: () => {},
    send: (status: number, headers: Record<string, string>) =>
      sent.push({ status, receipt: headers['x-reeve-receipt'] }),
  };
  const voice: Partial<SurfaceVoice> = {
    surface: 'openai',
    renderAnswer() {
      throw new Error('a fault of the renderer');
    },
    renderError: () => '{}',
  };
  const call = { kind: 'chat', wire: 'openai', model: 'p/m', stream: false, parts: [], params: {}, extensions: {} };
  await serveCall(path as never as CallPath, exchange as never as HttpExchange, call as never, voice as SurfaceVoice);
  expect(sent).toEqual([{ status: 500, receipt: 'rcpt_1' }]);
});
