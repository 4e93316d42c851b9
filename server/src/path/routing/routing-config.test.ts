import { describe, expect, it } from 'vitest';
import { parseProviders } from '#adapters';
import { candidateName } from './routing.ts';
import { parseModels, splitName } from './routing-config.ts';

const { providers } = parseProviders({
  acme: { adapter: 'openai', base_url: 'http://127.0.0.1:1/v1' },
  local: { adapter: 'openai', base_url: 'http://127.0.0.1:2/v1' },
});

describe('routing-config', () => {
  it('reads aliases as candidates in order', () => {
    const { aliases, faults } = parseModels(
      { fast: ['acme/org/model-1', 'local/small', 'templates/hello'], 'gpt-4o-mini': ['acme/gpt-4o-mini'] },
      providers,
    );
    expect(faults).toEqual([]);
    expect([...aliases].map(([alias, candidates]) => [alias, candidates.map(candidateName)])).toEqual([
      ['fast', ['acme/org/model-1', 'local/small', 'templates/hello']],
      ['gpt-4o-mini', ['acme/gpt-4o-mini']],
    ]);
    expect(parseModels(undefined, providers)).toEqual({ aliases: new Map(), faults: [] });
  });

  it('lists every fault at once, each with its path, and leaves those aliases out', () => {
    const { aliases, faults } = parseModels(
      {
        good: ['acme/a'],
        empty: [],
        text: 'acme/a',
        mixed: ['acme/a', 'nobody/a', 'bare', '/a', 'acme/', 'acme/a'],
        numbers: [1, 'bare'],
        'with space': ['acme/a'],
      },
      providers,
    );
    expect([...aliases.keys()]).toEqual(['good']);
    expect(faults.map((fault) => fault.path)).toEqual([
      'models.empty',
      'models.text',
      'models.mixed[1]',
      'models.mixed[2]',
      'models.mixed[3]',
      'models.mixed[4]',
      'models.mixed[5]',
      'models.numbers[0]',
      'models.numbers[1]',
      'models.with space',
    ]);
  });

  it('says nothing of a provider that has faults of its own, and leaves its aliases out', () => {
    const { aliases, faults } = parseModels(
      { fast: ['acme/a', 'broken/a'], slow: ['missing/a'] },
      providers,
      (name) => name === 'broken',
    );
    expect(aliases).toEqual(new Map());
    expect(faults.map(({ path }) => path)).toEqual(['models.slow[0]']);
  });

  it('refuses a section that is no map', () => {
    expect(parseModels(['acme/a'], providers).faults.map((fault) => fault.path)).toEqual(['models']);
  });

  it('takes names apart at the first slash', () => {
    expect(splitName('a/b/c')).toEqual({ provider: 'a', modelId: 'b/c' });
    for (const name of ['a', '/a', 'a/', '']) expect(splitName(name)).toBeNull();
  });
});
