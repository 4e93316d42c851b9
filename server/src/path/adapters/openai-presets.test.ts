import { describe, expect, it } from 'vitest';
import { parseProviders } from './adapters-config.ts';
import { ADAPTERS, KEY_VARIABLES } from './adapters-list.ts';
import { OPENAI_PRESETS } from './openai-presets.ts';

describe.each(Object.entries(OPENAI_PRESETS))('the preset %s', (name, { baseUrl, keyVariables = [] }) => {
  it('makes a provider without more being said', () => {
    const { providers, faults } = parseProviders({ [name]: { adapter: name, api_key: 'k' } });
    expect(faults).toEqual([]);
    expect(providers).toMatchObject([{ name, adapter: name, baseUrl, settings: OPENAI_PRESETS[name]?.preset }]);
  });

  it('says nothing that reeve.yaml could not say', () => {
    const said = OPENAI_PRESETS[name]?.preset;
    expect(parseProviders({ x: { adapter: name, base_url: baseUrl, ...said } }).faults).toEqual([]);
    expect(new Set(said?.without).size).toBe(said?.without?.length ?? 0);
  });

  it('listens on loopback, or has a key of its own', () => {
    expect(baseUrl.startsWith('http://127.0.0.1:')).toBe(keyVariables.length === 0);
    for (const variable of keyVariables) expect(KEY_VARIABLES.get(variable)).toBe(name);
    expect(ADAPTERS[name]).toBeDefined();
  });
});
