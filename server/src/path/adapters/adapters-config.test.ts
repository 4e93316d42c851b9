import { describe, expect, it } from 'vitest';
import { parseProviders } from './adapters-config.ts';

const acme = { adapter: 'openai', base_url: 'http://127.0.0.1:9100/v1' };
const pathsOf = (section: unknown): string[] => parseProviders(section).faults.map((fault) => fault.path);

describe('adapters-config', () => {
  it('reads providers with their defaults', () => {
    const full = { ...acme, api_key: 'k', region: 'eu-1', timeout_ms: 5, stream_usage: false };
    expect(parseProviders({ acme: { ...acme, base_url: 'http://127.0.0.1:9100/v1/' }, full })).toMatchObject({
      faults: [],
      providers: [
        {
          name: 'acme',
          adapter: 'openai',
          baseUrl: 'http://127.0.0.1:9100/v1',
          apiKey: null,
          region: null,
          timeoutMs: 60_000,
          streamUsage: true,
          catalogue: null,
          settings: {},
        },
        {
          name: 'full',
          adapter: 'openai',
          baseUrl: 'http://127.0.0.1:9100/v1',
          apiKey: 'k',
          region: 'eu-1',
          timeoutMs: 5,
          streamUsage: false,
          catalogue: null,
          settings: {},
        },
      ],
    });
    expect(parseProviders(undefined)).toMatchObject({ providers: [], faults: [] });
  });

  it('lists every fault at once, each with its path, and leaves those providers out', () => {
    const { providers, faults } = parseProviders({
      acme,
      'Bad Name': acme,
      templates: acme,
      a: { adapter: 'opnai', base_url: 'ftp://x', api_key: 'two\nlines', region: 'E U', timeout_ms: 0 },
      b: { adapter: 'openai', without: ['telepathy'] },
      c: 'text',
      d: { ...acme, base_url: 'http://user:pw@host/v1' },
      e: { ...acme, base_url: 'http://host/v1?x=1', stream_usage: 'yes', speed: 1 },
    });
    expect(providers.map((provider) => provider.name)).toEqual(['acme']);
    expect(faults.map((fault) => fault.path).toSorted()).toEqual([
      'providers.Bad Name',
      'providers.a.adapter',
      'providers.a.api_key',
      'providers.a.base_url',
      'providers.a.region',
      'providers.a.timeout_ms',
      'providers.b.without[0]',
      'providers.c',
      'providers.d.base_url',
      'providers.e.base_url',
      'providers.e.speed',
      'providers.e.stream_usage',
      'providers.templates',
    ]);
  });

  it('does not judge the fields of an adapter that it does not know', () => {
    expect(pathsOf({ cloud: { adapter: 'azur', base_url: 'http://127.0.0.1:1/v1', entra_tenant_id: 't' } })).toEqual([
      'providers.cloud.adapter',
    ]);
  });

  it.each([[[]], ['x'], [3]])('refuses %j as the section', (section) => {
    expect(pathsOf(section)).toEqual(['providers']);
  });

  it('never repeats a key in a fault', () => {
    const key = 'secret with spaces';
    expect(JSON.stringify(parseProviders({ acme: { ...acme, api_key: key } }))).not.toContain(key);
  });

  it('knows where a preset lives and what its server makes of the wire; the entry goes before it', () => {
    const { providers, faults } = parseProviders({
      groq: { adapter: 'groq', api_key: 'k' },
      near: { adapter: 'groq', base_url: 'http://127.0.0.1:9/v1', without: ['seed'], responses: false },
    });
    expect(faults).toEqual([]);
    const [groq, near] = providers;
    expect(groq).toMatchObject({ baseUrl: 'https://api.groq.com/openai/v1', catalogue: 'groq' });
    expect(groq?.settings).toMatchObject({ max_tokens_field: 'max_completion_tokens', responses: true });
    expect(groq?.settings.without).toContain('logprobs');
    expect(near).toMatchObject({ baseUrl: 'http://127.0.0.1:9/v1', catalogue: null });
    expect(near?.settings).toEqual({
      max_tokens_field: 'max_completion_tokens',
      responses: false,
      takes_thoughts: false,
      without: ['seed'],
    });
  });

  it('takes nothing of OpenAI itself for granted at another address', () => {
    const { providers } = parseProviders({ openai: { adapter: 'openai', api_key: 'k' }, acme });
    expect(providers.map(({ settings }) => settings.responses)).toEqual([true, undefined]);
  });

  it.each(['constructor', '__proto__', 'toString'])('knows no adapter %s', (adapter) => {
    const { providers, faults } = parseProviders({ a: { adapter, base_url: 'http://127.0.0.1:1/v1' } });
    expect(providers).toEqual([]);
    expect(faults.map(({ path }) => path)).toContain('providers.a.adapter');
  });
});
