import { describe, expect, it } from 'vitest';
import type { Call } from '@reeve/contracts';
import type { ModelAdapter, Provider } from './adapter.ts';
import { findUncarried } from './find-uncarried.ts';

const adapter = (speaks: boolean): ModelAdapter => ({
  name: 'some',
  carries: { chat: new Set(['stream', 'temperature', 'tools']), rerank: new Set() },
  extensions: new Set(['verbosity']),
  speaks: () => speaks,
  invoke: () => Promise.reject(new Error('not asked')),
});

const providerWith = (without?: readonly string[]): Provider => ({
  name: 'p',
  adapter: 'some',
  baseUrl: '',
  apiKey: null,
  region: null,
  timeoutMs: 1,
  streamUsage: true,
  catalogue: null,
  settings: without === undefined ? {} : { without },
});

const call: Call = {
  kind: 'chat',
  wire: 'openai',
  model: 'm',
  stream: true,
  parts: [{ type: 'other', turn: 0, role: 'user', name: 'hologram', value: {} }],
  params: { temperature: 1, seed: 7, tools: [{ name: 'f' }] },
  extensions: { verbosity: 'low', prediction: {}, metadata: {}, audio: null },
};

describe('findUncarried', () => {
  it('names what a translation would lose, in the words of the caller', () => {
    expect(findUncarried(adapter(false), call, providerWith())).toEqual(['seed', 'prediction', 'hologram']);
  });

  it('names nothing where the caller’s own words go on', () => {
    expect(findUncarried(adapter(true), call, providerWith())).toEqual([]);
  });

  it.each([true, false])('names what the provider does not take although its wire has it (own words: %s)', (speaks) => {
    const named = findUncarried(adapter(speaks), call, providerWith(['tools', 'top_k']));
    expect(named).toContain('tools');
    expect(named).not.toContain('temperature');
    expect(named.includes('seed')).toBe(!speaks);
  });

  it.each(['image', 'file'] as const)(
    'names the %s in a tool’s result where the provider takes none at all',
    (type) => {
      const media = { type, url: 'https://example.com/a' };
      const result: Call['parts'][number] = { turn: 0, role: 'tool', type: 'tool-result', id: 'x', content: [media] };
      const named = findUncarried(adapter(true), { ...call, parts: [result] }, providerWith([`${type}s`]));
      expect(named).toEqual([`${type}s`]);
    },
  );

  it('names a kind that the adapter or the provider does not take', () => {
    expect(findUncarried(adapter(true), { ...call, kind: 'speech' }, providerWith())).toEqual([
      'calls of kind "speech"',
    ]);
    const rerank: Call = { ...call, kind: 'rerank' };
    expect(findUncarried(adapter(true), rerank, providerWith(['rerank']))).toEqual(['calls of kind "rerank"']);
    expect(findUncarried(adapter(true), rerank, providerWith(['chat']))).toEqual([]);
  });
});
