import Type, { type Static } from 'typebox';
import { createChecker, type Fault } from '#kernel';
import type { Provider } from './adapter.ts';
import { VIRTUAL_PROVIDERS, WIRED_ADAPTERS } from './create-adapters.ts';

/** One entry under `providers` in reeve.yaml. */
const ProviderEntrySchema = Type.Object(
  {
    adapter: Type.String(),
    base_url: Type.String(),
    api_key: Type.Optional(Type.String()),
    region: Type.Optional(Type.String()),
    timeout_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400_000 })),
    stream_usage: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
type ProviderEntry = Static<typeof ProviderEntrySchema>;

const TIMEOUT_MS = 60_000;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const REGION = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** What an HTTP header can carry without quoting. */
const HEADER_VALUE = /^[\x21-\x7e]+$/;
/** Names of model families that this server answers itself, or will. */
const RESERVED: ReadonlySet<string> = new Set([
  ...VIRTUAL_PROVIDERS.map((provider) => provider.name),
  'reeve',
  'rag',
  'agent',
  'human',
  'extractive',
]);

const sectionChecker = createChecker(Type.Record(Type.String(), Type.Unknown()));
const entryChecker = createChecker(ProviderEntrySchema);

/**
 * Reads the `providers` section of reeve.yaml, variables already expanded. Lists every fault with its path in the
 * file (`providers.acme.base_url`); a provider with a fault is left out.
 */
export function parseProviders(section: unknown): { providers: Provider[]; faults: Fault[] } {
  const faults: Fault[] = sectionChecker.faults(section ?? {}).map(({ message }) => ({ path: 'providers', message }));
  if (faults.length > 0) return { providers: [], faults };
  const providers: Provider[] = [];
  for (const [name, raw] of Object.entries(sectionChecker.parse(section ?? {}))) {
    const found = findFaults(name, raw);
    faults.push(...found);
    if (found.length === 0) providers.push(toProvider(name, entryChecker.parse(raw)));
  }
  return { providers, faults };
}

function findFaults(name: string, raw: unknown): Fault[] {
  const path = `providers.${name}`;
  const faults = entryChecker.faults(raw).map((fault) => ({
    path: fault.path === '' ? path : `${path}.${fault.path}`,
    message: fault.message,
  }));
  const found = (at: string, message: string | null): Fault[] => (message === null ? [] : [{ path: at, message }]);
  const fields: Readonly<Record<string, unknown>> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const ofText = (field: string, check: (text: string) => string | null): Fault[] => {
    const value = fields[field];
    return typeof value === 'string' ? found(`${path}.${field}`, check(value)) : [];
  };
  return [
    ...found(path, checkName(name)),
    ...faults,
    ...ofText('adapter', checkAdapter),
    ...ofText('base_url', checkBaseUrl),
    ...ofText('api_key', (key) => (HEADER_VALUE.test(key) ? null : 'is empty, or holds spaces or line breaks')),
    ...ofText('region', (region) => (REGION.test(region) ? null : 'takes small letters, digits and "-", at most 40')),
  ];
}

function checkName(name: string): string | null {
  if (RESERVED.has(name)) return 'is a name that Reeve keeps for itself; choose another';
  return NAME.test(name) ? null : 'must be named in small letters, digits, ".", "_" and "-", at most 64';
}

function checkAdapter(adapter: string): string | null {
  if (WIRED_ADAPTERS.includes(adapter)) return null;
  return `names no adapter of this version; there is: ${WIRED_ADAPTERS.join(', ')}`;
}

function checkBaseUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is not a URL that begins with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'holds a name or password; put the key into api_key';
  return /[?#]/.test(text) ? 'must not have a query or a fragment' : null;
}

function toProvider(name: string, entry: ProviderEntry): Provider {
  return {
    name,
    adapter: entry.adapter,
    baseUrl: entry.base_url.replace(/\/+$/, ''),
    apiKey: entry.api_key ?? null,
    region: entry.region ?? null,
    timeoutMs: entry.timeout_ms ?? TIMEOUT_MS,
    streamUsage: entry.stream_usage ?? true,
  };
}
