/** reeve.yaml: read once before anything starts; every fault is listed at once with its path in the file. */
import Type, { type Static } from 'typebox';
import { parsePrices, type PriceEntry } from '#accounting';
import { ADAPTERS, parseProviders, type Provider } from '#adapters';
import { createChecker, fieldOf, type Fault, type FindOrigin } from '#kernel';
import { isEgressEntry } from '../platform/http-client/egress.ts';
import type { EgressRules } from '../platform/http-client/port.ts';
import { parseModels, type ModelAliases } from '#routing';
import { readConfigFile, VARIABLE } from './config-file.ts';
import { createOrigins } from './config-origins.ts';
import { ConfigurationError, type Environment } from './environment.ts';

export interface Config {
  durability: 'acknowledged' | 'relaxed';
  limits: Limits;
  egress: EgressRules;
  /** `host:port` of receivers of webhooks inside the network. */
  webhooks: { allow: readonly string[] };
  providers: readonly Provider[];
  models: ModelAliases;
  prices: ReadonlyMap<string, PriceEntry>;
  /** Where each of these comes from. */
  findOrigin: FindOrigin;
}

export interface Limits {
  bodyBytes: number;
  inFlight: number;
  queued: number;
  requestTimeoutMs: number;
}

const EgressSchema = Type.Object(
  { offline: Type.Optional(Type.Boolean()), allow: Type.Optional(Type.Array(Type.String())) },
  { additionalProperties: false },
);

const FileSchema = Type.Object(
  {
    durability: Type.Optional(Type.Union([Type.Literal('acknowledged'), Type.Literal('relaxed')])),
    limits: Type.Optional(
      Type.Object(
        {
          body_mb: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1024 })),
          in_flight: Type.Optional(Type.Integer({ minimum: 1 })),
          queued: Type.Optional(Type.Integer({ minimum: 0 })),
          request_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
        },
        { additionalProperties: false },
      ),
    ),
    egress: Type.Optional(EgressSchema),
    webhooks: Type.Optional(
      Type.Object({ allow: Type.Optional(Type.Array(Type.String())) }, { additionalProperties: false }),
    ),
    providers: Type.Optional(Type.Unknown()),
    models: Type.Optional(Type.Unknown()),
    prices: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
);

const fileChecker = createChecker(FileSchema);
const MEBIBYTE = 1024 * 1024;
const DEFAULT_LIMITS = { body_mb: 32, in_flight: 4096, queued: 4096, request_seconds: 300 };

/** What the settings are read for: to serve calls, or to look after the records alone, which takes no provider. */
export type Purpose = 'calls' | 'records';

const CALL_SECTIONS = ['providers', 'models', 'prices'];

/** Reads the file that the environment names, or the defaults where there is none. Throws `ConfigurationError`. */
export function readConfig(environment: Environment, purpose: Purpose): Config {
  const unset: Fault[] = [];
  const document = environment.configPath === null ? null : readConfigFile(environment.configPath);
  const written: unknown = document?.yaml.toJS() ?? {};
  const wanted = purpose === 'calls' ? written : withoutFields(written, CALL_SECTIONS);
  const expanded = expandVariables(wanted, '', environment, unset);
  const shape = fileChecker.faults(expanded);
  const file = shape.length === 0 ? fileChecker.parse(expanded) : asSections(expanded);
  const providers = parseProviders(withKeyedProviders(file.providers, environment));
  const models = parseModels(file.models, providers.providers, providers.mayHave);
  const prices = parsePrices(file.prices);
  const found = [
    ...shape,
    ...hostFaults(expanded, 'egress'),
    ...hostFaults(expanded, 'webhooks'),
    ...providers.faults,
    ...models.faults,
    ...prices.faults,
  ];
  const faults = [...unset, ...found.filter(({ path }) => !unset.some((fault) => fault.path === path))];
  if (faults.length > 0) throw new ConfigurationError(faults.map((fault) => describe(fault, environment)));
  return {
    durability: file.durability ?? 'acknowledged',
    limits: toLimits(file),
    egress: toEgress(file, providers.providers),
    webhooks: { allow: file.webhooks?.allow ?? [] },
    providers: providers.providers,
    models: models.aliases,
    prices: prices.prices,
    findOrigin: createOrigins(document, environment),
  };
}

function withoutFields(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** Replaces `${NAME}` in every text by the variable. One that is not set is a fault at its place, and stays as it is. */
function expandVariables(value: unknown, path: string, environment: Environment, faults: Fault[]): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(VARIABLE, (whole, name: string) => {
      const found = environment.variable(name);
      if (found === undefined) faults.push({ path, message: `names the variable ${name}, which is not set` });
      return found ?? whole;
    });
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => expandVariables(item, `${path}[${index}]`, environment, faults));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    return [name, expandVariables(item, path === '' ? name : `${path}.${name}`, environment, faults)];
  });
  return Object.fromEntries(entries);
}

type Sections = Static<typeof FileSchema>;

/** The sections of a file that has faults elsewhere, so that their own faults are listed too. */
function asSections(value: unknown): Sections {
  return { providers: fieldOf(value, 'providers'), models: fieldOf(value, 'models'), prices: fieldOf(value, 'prices') };
}

/** Adds the providers whose key stands in the environment; one that the file configures itself is left alone. */
function withKeyedProviders(section: unknown, environment: Environment): unknown {
  if (section !== undefined && (typeof section !== 'object' || section === null)) return section;
  const providers: Record<string, unknown> = { ...section };
  for (const [name, apiKey] of environment.providerKeys) {
    if (!(name in providers)) providers[name] = { adapter: name, api_key: apiKey };
  }
  return providers;
}

function toLimits({ limits }: Sections): Limits {
  const merged = { ...DEFAULT_LIMITS, ...limits };
  return {
    bodyBytes: Math.floor(merged.body_mb * MEBIBYTE),
    inFlight: merged.in_flight,
    queued: merged.queued,
    requestTimeoutMs: merged.request_seconds * 1000,
  };
}

function toEgress({ egress, webhooks }: Sections, providers: readonly Provider[]): EgressRules {
  const own = providers.flatMap(listUrls).map((url) => hostAndPort(new URL(url)));
  return { offline: egress?.offline ?? false, allow: [...(egress?.allow ?? []), ...(webhooks?.allow ?? []), ...own] };
}

/** Where a provider lives, and what else its adapter has to reach for it. */
function listUrls(provider: Provider): string[] {
  const { adapter, baseUrl } = provider;
  return [...(baseUrl === '' ? [] : [baseUrl]), ...(ADAPTERS[adapter]?.urls?.(provider) ?? [])];
}

/** Looks at the file as it is written: entries are listed also where something else of it is wrong. */
function hostFaults(file: unknown, section: 'egress' | 'webhooks'): Fault[] {
  const allow = fieldOf(fieldOf(file, section), 'allow');
  return (Array.isArray(allow) ? allow : []).flatMap((entry: unknown, index) => {
    if (typeof entry !== 'string' || isEgressEntry(entry)) return [];
    return [{ path: `${section}.allow[${index}]`, message: `is "${entry}", not of the form host:port` }];
  });
}

/** `host:port` as the egress rules write it. */
export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function describe({ path, message }: Fault, environment: Environment): string {
  return `${environment.configPath ?? 'reeve.yaml'}: ${path === '' ? 'the file' : path} ${message}`;
}
