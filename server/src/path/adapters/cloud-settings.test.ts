import { describe, expect, it } from 'vitest';
import { parseProviders } from './adapters-config.ts';
import { ADAPTERS } from './adapters-list.ts';
import { findAwsRegion } from './cloud-settings.ts';

const faultsOf = (entry: object): string[] =>
  parseProviders({ cloud: entry }).faults.map(({ path, message }) => `${path} ${message}`);

describe('an entry of azure', () => {
  const base = { adapter: 'azure', base_url: 'https://n.openai.azure.com/openai/v1' };
  const entra = { entra_tenant_id: 't', entra_client_id: 'c', entra_client_secret: 's' };

  it('takes a key or an application, and names who gives the tokens', () => {
    expect(faultsOf({ ...base, api_key: 'k' })).toEqual([]);
    expect(faultsOf({ ...base, ...entra, api_version: '2024-10-21' })).toEqual([]);
    const urlsOf = (entry: object) =>
      parseProviders({ cloud: entry }).providers.flatMap((provider) => [...(ADAPTERS.azure?.urls?.(provider) ?? [])]);
    expect(urlsOf({ ...base, api_key: 'k' })).toEqual([]);
    expect(urlsOf({ ...base, ...entra })).toEqual(['https://login.microsoftonline.com']);
    expect(urlsOf({ ...base, ...entra, authority: 'https://login.example/' })).toEqual(['https://login.example']);
  });

  it('is told what is missing', () => {
    expect(faultsOf(base)).toEqual(['providers.cloud needs api_key, or an application of Entra ID (entra_…)']);
    expect(faultsOf({ ...base, entra_client_id: 'c' })).toEqual([
      'providers.cloud needs entra_tenant_id, entra_client_id and entra_client_secret together',
    ]);
    expect(faultsOf({ ...base, ...entra, authority: 'nowhere' })).toEqual([
      'providers.cloud has an authority that is not a URL',
    ]);
  });
});

it.each([
  ['https://bedrock-runtime.eu-central-1.amazonaws.com', 'eu-central-1'],
  ['https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['https://vpce-0a1.bedrock-runtime.eu-west-1.vpce.amazonaws.com', 'eu-west-1'],
  ['https://gateway.example/bedrock', null],
])('finds the region of AWS in %s', (baseUrl, region) => {
  expect(findAwsRegion(baseUrl)).toBe(region);
});
