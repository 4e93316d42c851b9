/** Small things that providers and callers get wrong, each of which once passed in silence. */
import type { Call, CallParams, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createMessageReader } from './anthropic/anthropic-to-frames.ts';
import { callToBedrock } from './bedrock/call-to-bedrock.ts';
import { buildMessages as buildForCohere } from './cohere/build-messages.ts';
import { callToCohere } from './cohere/call-to-cohere.ts';
import { findMisfit } from './find-misfit.ts';
import { callToMistral } from './mistral/call-to-mistral.ts';
import { buildMessages as buildForOpenAi } from './openai/build-messages.ts';
import { createOpenAiReader } from './openai/openai-to-frames.ts';
import { readUsage } from './openai/openai-wire.ts';
import { provider } from './openai/openai.fixtures.ts';
import { createSseTranslator } from './sse-translator.ts';
import { readRetryAfter } from './upstream-failure.ts';

const CALL: Part = { type: 'tool-call', turn: 1, role: 'assistant', id: 'abcdefghi', name: 'add', arguments: '{}' };
const FAILED: Part = {
  type: 'tool-result',
  turn: 2,
  role: 'tool',
  id: 'abcdefghi',
  content: [{ type: 'text', text: 'no "disk"' }],
  isError: true,
};
const callOf = (parts: readonly Part[], params: CallParams = {}): Call => {
  return { kind: 'chat', wire: 'x', model: 'm', stream: false, parts, params, extensions: {} };
};

describe('a tool that failed', () => {
  it('says so on wires without a field for it', () => {
    const content = JSON.stringify({ error: 'no "disk"' });
    const expected = expect.arrayContaining([expect.objectContaining({ role: 'tool', content })]);
    expect(buildForOpenAi([CALL, FAILED])).toEqual(expected);
    expect(buildForCohere([CALL, FAILED])).toEqual(expected);
    const mistral = JSON.parse(Buffer.from(callToMistral(callOf([CALL, FAILED]), 'm') as Uint8Array).toString());
    expect(mistral.messages).toEqual(expected);
  });
});

describe('a history of tools on Bedrock', () => {
  const configOf = (params: CallParams, parts = [CALL, FAILED]) => {
    const request = callToBedrock(callOf(parts, params), 'm');
    if (!('body' in request)) throw new Error('refused');
    return JSON.parse(Buffer.from(request.body).toString()).toolConfig;
  };
  const specOf = (name: string) => ({ toolSpec: expect.objectContaining({ name }) });

  it('always stands with tools', () => {
    expect(configOf({})).toEqual({ tools: [specOf('add')] });
    expect(configOf({ tools: [{ name: 'own' }], toolChoice: 'none' })).toEqual({ tools: [specOf('own')] });
    expect(configOf({}, [FAILED])).toEqual({ tools: [specOf('tool')] });
    expect(configOf({ tools: [{ name: 'own' }], toolChoice: 'none' }, [])).toBeUndefined();
  });
});

describe('what providers say', () => {
  it('of tokens written to a cache is read, and is never more than the input', () => {
    const usageOf = (details: object) =>
      readUsage({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: details })?.cacheWriteTokens;
    expect(usageOf({ cache_write_tokens: 4 })).toBe(4);
    expect(usageOf({ cache_creation_tokens: 4 })).toBe(4);
    expect(usageOf({ cached_tokens: 7, cache_write_tokens: 40 })).toBe(3);
  });

  it.each([
    ['7', '7'],
    [' 7 ', '7'],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ['soon', null],
    ['-1', null],
    ['1.5', '2'],
    ['1.', null],
    ['9999999999', null],
    [undefined, null],
  ])('as retry-after, %j, is read as %j', (given, expected) => {
    expect(readRetryAfter(given)).toBe(expected);
  });

  it('in either name of the last event closes a message', () => {
    for (const last of ['event: message_stop\ndata: {"type":"ping"}', 'event: ping\ndata: {"type":"message_stop"}']) {
      const translator = createSseTranslator(createMessageReader(), provider);
      translator.push(Buffer.from(`${last}\n\n`));
      expect(translator.closed).toBe(true);
    }
  });

  it('in the name of this server is not forwarded', () => {
    const translatorOf = () => createSseTranslator(createOpenAiReader({ kind: 'chat', params: {} }), provider);
    const forwarded = (text: string) =>
      Buffer.concat(
        translatorOf()
          .push(Buffer.from(text))
          .flatMap((frame) => frame.raw?.bytes ?? []),
      ).toString();
    const chunk = 'data: {"choices":[{"index":0,"delta":{"content":": reeve"}}]}\n\n';
    for (const spoof of [
      ': reeve {"cost_nanos":0}\n\n',
      ':reeve\r\n\r\n',
      ': x\n: reeve {}\n\n',
      '\uFEFF: reeve {}\n\n',
    ]) {
      expect(forwarded(`${spoof}${chunk}: ping\n\n`)).toBe(`${chunk}: ping\n\n`);
    }
    const hidden = translatorOf();
    hidden.push(Buffer.from(`: reeve {}\n${chunk}`));
    expect(hidden.failure?.kind).toBe('invalid');
  });
});

describe('findMisfit', () => {
  const text = (turn: number): Part => ({ type: 'text', turn, role: 'user', text: 'a' });
  const vector = (index: number) => ({ type: 'embedding', index, vector: [1] }) as const;
  const score = (index: number) => ({ type: 'score', index, score: 1 }) as const;
  const two = { kind: 'embedding', parts: [text(0), text(1)] } as const;
  const ranked = { kind: 'rerank', parts: [text(0), text(1), text(2)] } as const;

  it('takes what was asked for', () => {
    expect(findMisfit(two, [vector(1), vector(0)])).toBeNull();
    expect(findMisfit(ranked, [score(1)])).toBeNull();
    const ids: Part = { type: 'other', turn: 0, role: 'user', name: 'token_ids', value: [[1], [2]] };
    expect(findMisfit({ kind: 'embedding', parts: [ids] }, [vector(0), vector(1)])).toBeNull();
  });

  it('refuses what was not', () => {
    for (const given of [
      [vector(0)],
      [vector(0), vector(0)],
      [vector(0), vector(2)],
      [vector(0), vector(1), vector(2)],
    ]) {
      expect(findMisfit(two, given)).not.toBeNull();
    }
    expect(findMisfit(ranked, [score(2)])).not.toBeNull();
    expect(findMisfit(ranked, [score(0), score(0)])).not.toBeNull();
  });
});

describe('a choice of a tool that is not offered', () => {
  it('goes to no Cohere', () => {
    const asked = (name: string) =>
      callToCohere(callOf([], { tools: [{ name: 'a' }], toolChoice: { name } }), 'm').type;
    expect(asked('b')).toBe('unsupported');
    expect(asked('a')).toBe('body');
  });
});
