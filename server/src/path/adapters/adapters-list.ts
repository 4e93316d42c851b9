/**
 * Every adapter and preset that reeve.yaml may name; adding one is an entry here. A module is loaded only where a
 * provider is configured that needs it.
 */
import type { TObject } from 'typebox';
import type { AdapterDeps, ModelAdapter, Provider } from './adapter.ts';
import {
  AzureSettingsSchema,
  BedrockSettingsSchema,
  checkAzure,
  checkBedrock,
  findAzureUrls,
} from './cloud-settings.ts';
import { KServeSettingsSchema } from './kserve/kserve-settings.ts';
import { OPENAI_PRESETS } from './openai-presets.ts';
import { AiSdkSettingsSchema, OpenAiSettingsSchema } from './provider-settings.ts';

export interface AdapterEntry {
  load(): Promise<(deps: AdapterDeps) => ModelAdapter>;
  /** The service's own address, where it has one: `base_url` may then be left out, and the shipped catalogue holds. */
  baseUrl?: string;
  /** True: the catalogue holds at any address, since each customer has an address of its own. */
  hosted?: boolean;
  /** The environment variables whose key adds the service as a provider of this name; the first that is set. */
  keyVariables?: readonly string[];
  /** Further fields of a provider's entry. Light: it is read at every start. */
  settings?: TObject;
  /** What a preset knows of its server; the entry in reeve.yaml goes before it. */
  preset?: Readonly<Record<string, unknown>>;
  /** What is wrong with an entry's fields together, or `null`; each alone is checked by `settings`. */
  check?(fields: Readonly<Record<string, unknown>>): string | null;
  /** Addresses that the adapter reaches beside `base_url`, e.g. for its tokens. */
  urls?(provider: Provider): readonly string[];
  /** Headers that prove who asks for `base_url` + `/models`; `null`: only a call proves it. Absent: the key is a bearer. */
  prove?(provider: Provider): Readonly<Record<string, string>> | null;
}

/** The key under a header of the service's own. */
function proveBy(header: string, more: Readonly<Record<string, string>> = {}): NonNullable<AdapterEntry['prove']> {
  return ({ apiKey }) => (apiKey === null ? more : { ...more, [header]: apiKey });
}

const loadOpenAi = async () => (await import('./openai/index.ts')).createOpenAiAdapter;

const loadAzure: AdapterEntry['load'] = async () => {
  const [{ createOpenAiAdapter }, { createAzureEndpoint }] = await Promise.all([
    import('./openai/index.ts'),
    import('./azure/index.ts'),
  ]);
  return (deps) => createOpenAiAdapter(deps, createAzureEndpoint);
};

/** OpenAI and the presets of its wire; a copy at another address is the same server elsewhere. */
function ofOpenAiWire(): Record<string, AdapterEntry> {
  const entries = Object.entries(OPENAI_PRESETS).map(([name, preset]) => {
    return [name, { load: loadOpenAi, settings: OpenAiSettingsSchema, ...preset }] as const;
  });
  return Object.fromEntries(entries);
}

export const ADAPTERS: Readonly<Record<string, AdapterEntry>> = {
  ...ofOpenAiWire(),
  aisdk: {
    load: async () => (await import('./aisdk/index.ts')).createAiSdkAdapter,
    settings: AiSdkSettingsSchema,
    prove: () => null,
  },
  cohere: {
    load: async () => (await import('./cohere/index.ts')).createCohereAdapter,
    baseUrl: 'https://api.cohere.com/v2',
    keyVariables: ['COHERE_API_KEY', 'CO_API_KEY'],
  },
  mistral: {
    load: async () => (await import('./mistral/index.ts')).createMistralAdapter,
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
  },
  anthropic: {
    load: async () => (await import('./anthropic/index.ts')).createAnthropicAdapter,
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY'],
    prove: proveBy('x-api-key', { 'anthropic-version': '2023-06-01' }),
  },
  google: {
    load: async () => (await import('./google/index.ts')).createGoogleAdapter,
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    hosted: true,
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    prove: proveBy('x-goog-api-key'),
  },
  kserve: { load: async () => (await import('./kserve/index.ts')).createKServeAdapter, settings: KServeSettingsSchema },
  azure: {
    load: loadAzure,
    hosted: true,
    settings: AzureSettingsSchema,
    preset: { max_tokens_field: 'max_completion_tokens', responses: true, without: ['top_k', 'moderation', 'rerank'] },
    check: checkAzure,
    urls: findAzureUrls,
    prove: ({ apiKey }) => (apiKey === null ? null : { 'api-key': apiKey }),
  },
  bedrock: {
    load: async () => (await import('./bedrock/index.ts')).createBedrockAdapter,
    hosted: true,
    settings: BedrockSettingsSchema,
    check: checkBedrock,
    prove: () => null,
  },
};

/** Models that answer in this process; they need no entry. */
export const VIRTUAL_ADAPTERS: Readonly<Record<string, Pick<AdapterEntry, 'load'>>> = {
  templates: { load: async () => (await import('./templates/index.ts')).createTemplatesAdapter },
};

/** Environment variable → the provider that it adds. */
export const KEY_VARIABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(ADAPTERS).flatMap(([name, { keyVariables = [] }]) => keyVariables.map((variable) => [variable, name])),
);
