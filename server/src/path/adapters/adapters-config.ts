import Type, { type Static } from 'typebox';
import { createChecker, placeFaults, type Fault } from '#kernel';
import type { Provider } from './adapter.ts';
import { ADAPTERS, type AdapterEntry } from './adapters-list.ts';
import { VIRTUAL_PROVIDERS } from './create-adapters.ts';

/** What every entry under `providers` in reeve.yaml may hold; adapters add their own settings. */
const COMMON = {
  adapter: Type.String(),
  base_url: Type.Optional(Type.String()),
  api_key: Type.Optional(Type.String()),
  region: Type.Optional(Type.String()),
  timeout_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400_000 })),
  stream_usage: Type.Optional(Type.Boolean()),
};
const CommonSchema = Type.Object(COMMON);
type ProviderEntry = Static<typeof CommonSchema>;

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
const commonChecker = createChecker(CommonSchema);

/** Which fields there are beside the common ones only an adapter can tell. */
function createEntryChecker(entry: AdapterEntry | undefined) {
  const fields = { ...entry?.settings?.properties, ...COMMON };
  return createChecker(Type.Object(fields, { additionalProperties: entry === undefined }));
}

interface ParsedProviders {
  providers: Provider[];
  /** Whether the section names this provider, with faults or without; a section that is no map may name any. */
  mayHave(name: string): boolean;
  faults: Fault[];
}

/**
 * Reads the `providers` section of reeve.yaml, variables already expanded. Lists every fault with its path in the
 * file (`providers.acme.base_url`); a provider with a fault is left out.
 */
export function parseProviders(section: unknown): ParsedProviders {
  const faults = placeFaults('providers', sectionChecker.faults(section ?? {}));
  if (faults.length > 0) return { providers: [], mayHave: () => true, faults };
  const entries = sectionChecker.parse(section ?? {});
  const providers: Provider[] = [];
  for (const [name, raw] of Object.entries(entries)) {
    const found = findFaults(name, raw);
    faults.push(...found);
    if (found.length === 0) providers.push(toProvider(name, commonChecker.parse(raw)));
  }
  return { providers, mayHave: (name) => Object.hasOwn(entries, name), faults };
}

function findFaults(name: string, raw: unknown): Fault[] {
  const path = `providers.${name}`;
  const fields: Readonly<Record<string, unknown>> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const adapter = findEntry(fields.adapter);
  const faults = placeFaults(path, createEntryChecker(adapter).faults(raw));
  const found = (at: string, message: string | null): Fault[] => (message === null ? [] : [{ path: at, message }]);
  const needsUrl = adapter !== undefined && adapter.baseUrl === undefined && fields.base_url === undefined;
  const ofText = (field: string, check: (text: string) => string | null): Fault[] => {
    const value = fields[field];
    return typeof value === 'string' ? found(`${path}.${field}`, check(value)) : [];
  };
  return [
    ...found(path, checkName(name)),
    ...faults,
    ...found(path, adapter?.check?.(fields) ?? null),
    ...found(path, needsUrl ? 'needs base_url: where the provider lives, with the version path' : null),
    ...ofText('adapter', checkAdapter),
    ...ofText('base_url', checkBaseUrl),
    ...ofText('api_key', (key) => (HEADER_VALUE.test(key) ? null : 'is empty, or holds spaces or line breaks')),
    ...ofText('region', (region) => (REGION.test(region) ? null : 'takes small letters, digits and "-", at most 40')),
  ];
}

function findEntry(adapter: unknown): AdapterEntry | undefined {
  return typeof adapter === 'string' && Object.hasOwn(ADAPTERS, adapter) ? ADAPTERS[adapter] : undefined;
}

function checkName(name: string): string | null {
  if (RESERVED.has(name)) return 'is a name that Reeve keeps for itself; choose another';
  return NAME.test(name) ? null : 'must be named in small letters, digits, ".", "_" and "-", at most 64';
}

function checkAdapter(adapter: string): string | null {
  if (findEntry(adapter) !== undefined) return null;
  return `names no adapter of this version; there is: ${Object.keys(ADAPTERS).join(', ')}`;
}

function checkBaseUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'is not a URL that begins with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'holds a name or password; put the key into api_key';
  return /[?#]/.test(text) ? 'must not have a query or a fragment' : null;
}

function toProvider(name: string, entry: ProviderEntry): Provider {
  const adapter = findEntry(entry.adapter);
  const baseUrl = (entry.base_url ?? adapter?.baseUrl ?? '').replace(/\/+$/, '');
  const own = Object.entries(entry).filter(([field]) => !(field in COMMON));
  return {
    name,
    adapter: entry.adapter,
    baseUrl,
    apiKey: entry.api_key ?? null,
    region: entry.region ?? null,
    timeoutMs: entry.timeout_ms ?? TIMEOUT_MS,
    streamUsage: entry.stream_usage ?? true,
    catalogue: isListed(name, entry.adapter, baseUrl) ? entry.adapter : null,
    settings: { ...(isElsewhere(entry.adapter, baseUrl) ? {} : adapter?.preset), ...Object.fromEntries(own) },
  };
}

/** The shipped catalogue holds for the service itself, and for whatever an operator puts before it under its name. */
function isListed(name: string, adapter: string, baseUrl: string): boolean {
  const entry = findEntry(adapter);
  return entry?.hosted === true || name === adapter || baseUrl === entry?.baseUrl;
}

/** `adapter: openai` at another address is some server that speaks the wire, not OpenAI with what it is known for. */
function isElsewhere(adapter: string, baseUrl: string): boolean {
  return adapter === 'openai' && baseUrl !== ADAPTERS.openai?.baseUrl;
}
