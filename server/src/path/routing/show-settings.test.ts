import { describe, expect, it } from 'vitest';
import { parseProviders, type Provider } from '#adapters';
import { defaultTenantId, originOf, type Onlooker } from '#kernel';
import { createProviderSettings } from './show-settings.ts';

const owner: Onlooker = { tenantId: defaultTenantId, everything: true };
const SECRET = 'hunter2-hunter2';

/** Each has a secret wherever an entry may hold free text. */
const { providers, faults } = parseProviders({
  plain: { adapter: 'openai', base_url: `https://api.example/${SECRET}/v1`, api_key: SECRET },
  cloud: {
    adapter: 'azure',
    base_url: 'https://cloud.example/openai/v1',
    entra_tenant_id: 'contoso',
    entra_client_id: SECRET,
    entra_client_secret: SECRET,
    max_tokens_field: 'max_tokens',
    without: ['images'],
  },
  amazon: {
    adapter: 'bedrock',
    base_url: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
    access_key_id: SECRET,
    secret_access_key: SECRET,
    session_token: SECRET,
  },
  tail: {
    adapter: 'aisdk',
    base_url: 'https://tail.example/v1',
    package: '@ai-sdk/deepinfra',
    options: { apiKey: SECRET, headers: { 'x-key': SECRET } },
  },
});

async function show(shown: readonly Provider[]): Promise<string> {
  const routing = { listModels: () => [] };
  const part = createProviderSettings({ providers: shown, routing, findOrigin: () => originOf('default', null) });
  return JSON.stringify(await part.read(owner));
}

describe('the settings of providers', () => {
  it('hold no secret, whatever the adapter calls it', async () => {
    expect(faults).toEqual([]);
    const text = await show(providers);
    expect(text).not.toContain(SECRET);
    for (const name of ['entra_client_secret', 'secret_access_key', 'options']) expect(text).toContain(name);
  });

  it('show an address without what could be a token', async () => {
    expect(await show(providers)).toContain('https://api.example/…/v1');
  });

  it('show what is one of a known set', async () => {
    const text = await show(providers);
    expect(text).toContain(String.raw`"max_tokens_field","value":"\"max_tokens\""`);
    expect(text).toContain(String.raw`"without","value":"[\"images\"]"`);
  });

  it.each([
    ['as its name', (provider: Provider): Provider => ({ ...provider, name: SECRET })],
    ['as its address', (provider: Provider): Provider => ({ ...provider, baseUrl: `https://${SECRET}` })],
    ['in a field of a known set', (provider: Provider): Provider => ({ ...provider, settings: { without: [SECRET] } })],
  ])('seeded fault: a secret that is handed on %s is found', async (_where, spoil) => {
    expect(await show(providers.map(spoil))).toContain(SECRET);
  });
});
