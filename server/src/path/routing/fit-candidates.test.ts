import type { Call, CallParams, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createPriceBook } from '#accounting';
import type { ModelAdapter, Provider } from '#adapters';
import { describeFallen, fitCandidates } from './fit-candidates.ts';
import { createModelLimits } from './model-limits.ts';

const provider = (name: string, adapter: string, catalogue: string | null = null): Provider => ({
  name,
  adapter,
  baseUrl: '',
  apiKey: null,
  region: null,
  timeoutMs: 1,
  streamUsage: true,
  catalogue,
  settings: {},
});

const adapter = (name: string, changes: Partial<ModelAdapter>): ModelAdapter => ({
  name,
  carries: { chat: new Set() },
  extensions: new Set(),
  speaks: () => false,
  invoke: () => Promise.reject(new Error('never asked')),
  ...changes,
});

const adapters = new Map([
  ['own', adapter('own', { speaks: ({ wire }) => wire === 'openai' })],
  ['rich', adapter('rich', { carries: { chat: new Set(['images', 'tools', 'seed']) }, extensions: new Set(['safe']) })],
  ['poor', adapter('poor', {})],
]);

const plain = { provider: provider('a', 'own'), modelId: 'm' };
const rich = { provider: provider('b', 'rich'), modelId: 'm' };
const poor = { provider: provider('c', 'poor'), modelId: 'm' };
const listed = { provider: provider('mistral', 'own', 'mistral'), modelId: 'codestral-latest' };

function callOf(parts: Part[] = [], params: CallParams = {}, extensions: Call['extensions'] = {}): Call {
  return { kind: 'chat', wire: 'openai', model: 'alias', stream: false, parts, params, extensions };
}

const image = (url: string): Part => ({ type: 'image', turn: 0, role: 'user', url });
const limits = createModelLimits(createPriceBook(new Map()));

function fallenOf(call: Call, candidates = [plain, rich, poor, listed]) {
  const { fallen } = fitCandidates(candidates, call, adapters, limits);
  return Object.fromEntries(fallen.map(({ candidate, reasons }) => [candidate.provider.name, reasons]));
}

describe('fitCandidates', () => {
  it('keeps the same list where all fit', () => {
    const candidates = [plain, rich, poor];
    expect(fitCandidates(candidates, callOf(), adapters, limits).candidates).toBe(candidates);
  });

  it('sorts out who would lose a part, a setting or a field, and a text model from images', () => {
    const call = callOf(
      [image('data:image/png;base64,AA')],
      { seed: 1, choices: 2 },
      { safe: true, odd: 1, store: true },
    );
    expect(fallenOf(call)).toEqual({
      b: ['choices', 'odd'],
      c: ['seed', 'choices', 'images', 'safe', 'odd'],
      mistral: ['images'],
    });
  });

  it('asks nothing of fields that are empty, and of no kind that a wire does not know', () => {
    expect(fallenOf(callOf([], {}, { odd: null, other: false }))).toEqual({});
    expect(fallenOf({ ...callOf(), kind: 'rerank' }, [rich])).toEqual({ b: ['calls of kind "rerank"'] });
    expect(fallenOf({ ...callOf(), kind: 'count' }, [rich])).toEqual({});
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.7/a.png',
    'http://[::1]:80/a.png',
    'http://2130706433/a.png',
    'https://localhost/a.png',
    'https://db.internal/a.png',
    'https://kubernetes.default.svc/a.png',
    'https://wiki/a.png',
    'file:///etc/passwd',
    'no url',
  ])('lets nobody fetch %s', (url) => {
    const reasons = ['media at an address that points inward'];
    expect(fallenOf(callOf([image(url)]), [plain])).toEqual({ a: reasons });
    const result: Part = { type: 'tool-result', turn: 0, role: 'tool', id: 'x', content: [{ type: 'image', url }] };
    expect(fallenOf(callOf([result]), [plain])).toEqual({ a: reasons });
  });

  it('lets a provider fetch what lies outside', () => {
    expect(fallenOf(callOf([image('https://example.com/a.png')]), [plain])).toEqual({});
    expect(fallenOf(callOf([image('gs://bucket/a.png')]), [plain])).toEqual({});
  });

  it('tells who fell out and why in one sentence', () => {
    const { fallen } = fitCandidates([rich, poor], callOf([], { choices: 3 }), adapters, limits);
    expect(describeFallen('alias', fallen)).toBe(
      'No candidate of "alias" can carry this request: b/m does not take choices; c/m does not take choices.',
    );
  });
});
