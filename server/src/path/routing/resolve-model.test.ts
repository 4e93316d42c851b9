import { describe, expect, it } from 'vitest';
import { createPriceBook } from '#accounting';
import { parseProviders, type Provider } from '#adapters';
import { createVirtualClock } from '../../platform/clock/testing.ts';
import { createResolver } from './resolve-model.ts';
import { candidateName } from './routing.ts';
import { parseModels } from './routing-config.ts';

const { providers } = parseProviders({
  acme: { adapter: 'openai', base_url: 'http://127.0.0.1:1/v1' },
  openai: { adapter: 'openai', base_url: 'https://api.openai.com/v1', api_key: 'k' },
});
const acme = providers.filter((provider) => provider.name === 'acme');

function resolverOf(configured: readonly Provider[], models: unknown, keyedProviders: readonly string[]) {
  const clock = createVirtualClock();
  const { aliases } = parseModels(models, configured);
  const prices = createPriceBook(new Map([['acme/priced', { input: 1, output: 1 }]]));
  return createResolver({ providers: configured, models: aliases, prices, keyedProviders, clock });
}

const namesOf = (resolver: ReturnType<typeof resolverOf>, model: string): string[] | null =>
  resolver.resolve(model)?.candidates.map(candidateName) ?? null;

describe('resolve-model', () => {
  it('takes an alias before everything else', () => {
    const resolver = resolverOf(providers, { 'gpt-4o-mini': ['acme/small'], 'acme/x': ['openai/y'] }, ['openai']);
    expect(namesOf(resolver, 'gpt-4o-mini')).toEqual(['acme/small']);
    expect(namesOf(resolver, 'acme/x')).toEqual(['openai/y']);
  });

  it('takes provider/model of a configured provider as it is', () => {
    const resolver = resolverOf(acme, {}, []);
    expect(namesOf(resolver, 'acme/org/model')).toEqual(['acme/org/model']);
    expect(namesOf(resolver, 'other/model')).toBeNull();
    expect(namesOf(resolver, 'templates/hello')).toBeNull();
  });

  it.each(['openai/..', 'openai/../../keys', 'openai/a/./b', 'openai//a', 'openai/a/', '..', '.', ''])(
    'knows no model "%s"',
    (name) => {
      expect(namesOf(resolverOf(providers, {}, ['openai']), name)).toBeNull();
    },
  );

  it('sends a bare name to the provider whose key stands in the environment', () => {
    expect(namesOf(resolverOf(providers, {}, ['openai']), 'gpt-4o-mini')).toEqual(['openai/gpt-4o-mini']);
    expect(namesOf(resolverOf(providers, {}, ['openai']), 'new-model')).toEqual(['openai/new-model']);
    expect(namesOf(resolverOf(providers, {}, ['openai', 'acme']), 'priced')).toEqual(['acme/priced']);
    expect(namesOf(resolverOf(providers, {}, []), 'gpt-4o-mini')).toBeNull();
    expect(namesOf(resolverOf(providers, {}, ['openai']), 'unknown/name')).toBeNull();
  });

  it('offers reeve/hello with no provider at all, and only then', () => {
    const empty = resolverOf([], {}, []);
    expect(namesOf(empty, 'reeve/hello')).toEqual(['templates/hello']);
    expect(empty.listModels().map((model) => model.name)).toEqual(['reeve/hello']);
    expect(namesOf(empty, 'gpt-4o-mini')).toBeNull();
    expect(namesOf(resolverOf(acme, {}, []), 'reeve/hello')).toBeNull();
  });

  it('lists aliases and the priced models of keyed providers, each name once', () => {
    const listed = resolverOf(providers, { 'gpt-4o': ['acme/big', 'openai/gpt-4o'] }, ['openai']).listModels();
    const names = listed.map((model) => model.name);
    expect(names[0]).toBe('gpt-4o');
    expect(listed[0]).toEqual({
      name: 'gpt-4o',
      candidates: ['acme/big', 'openai/gpt-4o'],
      createdSeconds: 1_700_000_000,
      ownedBy: 'acme',
      facts: [null, expect.objectContaining({ context_tokens: 128_000, takes: expect.arrayContaining(['images']) })],
    });
    expect(names).toContain('gpt-4o-mini');
    expect(names).not.toContain('priced');
    expect(new Set(names).size).toBe(names.length);
  });

  it('describes what it resolves, a bare name only where a list has it', () => {
    const resolver = resolverOf(providers, { small: ['acme/priced', 'acme/new'] }, ['openai']);
    expect(resolver.describe('small')).toMatchObject({ candidates: ['acme/priced', 'acme/new'], ownedBy: 'acme' });
    expect(resolver.describe('acme/priced')?.facts).toEqual([{ input: 1, output: 1 }]);
    expect(resolver.describe('acme/anything')).toMatchObject({ candidates: ['acme/anything'], facts: [null] });
    expect(resolver.describe('gpt-4o-mini')).toMatchObject({ candidates: ['openai/gpt-4o-mini'] });
    expect(namesOf(resolver, 'new-model')).toEqual(['openai/new-model']);
    for (const name of ['new-model', 'nobody/model', '']) expect(resolver.describe(name)).toBeNull();
  });

  it('takes every name that it lists, also one with strokes', () => {
    const { providers: fireworks } = parseProviders({
      fireworks: { adapter: 'fireworks', api_key: 'k' },
    });
    const resolver = resolverOf(fireworks, {}, ['fireworks']);
    const listed = resolver.listModels();
    expect(listed.some(({ name }) => name.includes('/'))).toBe(true);
    for (const model of listed) expect(namesOf(resolver, model.name)).toEqual(model.candidates);
  });

  it.each(['constructor', '__proto__', 'toString', '', '/', 'a/'])('does not know %j', (name) => {
    expect(namesOf(resolverOf(acme, {}, []), name)).toBeNull();
  });
});
