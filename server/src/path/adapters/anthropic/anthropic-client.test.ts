import type { Call } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { failureOf, openAdapterRig, sendWhole } from '../upstream-testing.ts';
import { bodies, foreignCall, modelId, provider, rawCall } from './anthropic.fixtures.ts';
import { createAnthropicAdapter } from './index.ts';

const question = { type: 'text', turn: 0, role: 'user', text: 'hi' } as const;

async function exchange(call: Call, body: string, status = 200) {
  const rig = await openAdapterRig({
    create: createAnthropicAdapter,
    provider,
    modelId,
    respond: (socket) => sendWhole(socket, status, body),
  });
  const invocation = await rig.invoke(call);
  await rig.close();
  return { invocation, request: rig.requests[0] ?? '' };
}

describe('anthropic-client', () => {
  it('sends the key and the version, and no bearer token', async () => {
    const { request } = await exchange(foreignCall([question]), bodies.plain);
    expect(request).toMatch(/^POST \/v1\/messages HTTP/);
    expect(request).toMatch(/x-api-key: sk-ant-0123456789abcdef\r/);
    expect(request).toMatch(/anthropic-version: 2023-06-01\r/);
    expect(request).not.toMatch(/authorization|anthropic-beta/);
  });

  it('lets the version and betas of a caller of this wire go before ours, and nobody else’s', async () => {
    const passHeaders = { 'anthropic-version': '2024-01-01', 'anthropic-beta': 'a,b', 'x-api-key': 'caller' };
    const own = await exchange(rawCall({ model: 'm' }, { passHeaders }), bodies.plain);
    expect(own.request).toMatch(/anthropic-version: 2024-01-01\r/);
    expect(own.request).toMatch(/anthropic-beta: a,b\r/);
    expect(own.request).toMatch(/x-api-key: sk-ant/);
    const foreign = await exchange(foreignCall([question], {}, { passHeaders }), bodies.plain);
    expect(foreign.request).toMatch(/anthropic-version: 2023-06-01\r/);
    expect(foreign.request).not.toMatch(/anthropic-beta/);
  });

  it('asks for the files beta where a part names an uploaded file, in a result of a tool too', async () => {
    const file = { type: 'file', fileId: 'file_1' } as const;
    const result = { type: 'tool-result', turn: 0, role: 'tool', id: 't', content: [file] } as const;
    for (const part of [{ ...file, turn: 0, role: 'user' } as const, result]) {
      const { request } = await exchange(foreignCall([part]), bodies.plain);
      expect(request).toMatch(/anthropic-beta: files-api-2025-04-14\r/);
    }
  });

  it('counts tokens at their own address, and a count uses nothing', async () => {
    const { request, invocation } = await exchange(
      foreignCall([question], {}, { kind: 'count' }),
      '{"input_tokens":7}',
    );
    expect(request).toMatch(/^POST \/v1\/messages\/count_tokens HTTP/);
    expect(invocation).toMatchObject({
      answer: {
        parts: [{ type: 'count', index: 0, inputTokens: 7, estimated: false }],
        usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false },
        raw: { wire: 'anthropic' },
      },
    });
  });

  it('calls a count that is no number invalid', async () => {
    const { invocation } = await exchange(foreignCall([question], {}, { kind: 'count' }), '{"input_tokens":"7"}');
    expect(failureOf(invocation).kind).toBe('invalid');
  });

  it('sends nothing where it would have to lose something', async () => {
    const { request, invocation } = await exchange(foreignCall([question], { temperature: 1.5 }), bodies.plain);
    expect(request).toBe('');
    expect(failureOf(invocation)).toMatchObject({ kind: 'unsupported', status: null });
  });

  it('masks its key in an error', async () => {
    const body = JSON.stringify({ type: 'error', error: { type: 'x', message: `bad ${provider.apiKey}` } });
    const failure = failureOf((await exchange(foreignCall([question]), body, 401)).invocation);
    expect(JSON.stringify([failure.message, Buffer.from(failure.body?.bytes ?? []).toString()])).not.toContain(
      'sk-ant',
    );
  });
});
