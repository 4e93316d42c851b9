/** Providers and aliases as they are configured, for people who look; never a key. */
import type { PriceEntry } from '#accounting';
import { ADAPTERS, type Provider } from '#adapters';
import { hideSecrets, OriginSchema, sourcedSchema, type FindOrigin, type Origin, type SettingsPart } from '#kernel';
import Type, { type TSchema } from 'typebox';
import type { RoutedModel, Routing } from './routing.ts';
import { splitName } from './routing-config.ts';

export interface SettingsDeps {
  providers: readonly Provider[];
  routing: Pick<Routing, 'listModels'>;
  findOrigin: FindOrigin;
}

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const ProviderSchema = Type.Object({
  name: Type.String(),
  adapter: Type.String(),
  region: Nullable(Type.String()),
  /** Everything else is for whoever looks after the installation. */
  setup: Nullable(
    Type.Object({
      origin: OriginSchema,
      base_url: sourcedSchema(Type.String()),
      region: sourcedSchema(Nullable(Type.String())),
      timeout_ms: sourcedSchema(Type.Integer()),
      stream_usage: sourcedSchema(Type.Boolean()),
      /** Whether there is one, and where it stands; what it is nobody sees. */
      api_key: sourcedSchema(Type.Boolean()),
      /** What the adapter takes beyond that. `value` is null where it is free text, which may be a secret. */
      own: Type.Array(
        Type.Object({ name: Type.String(), value: Nullable(Type.String()), origin: Nullable(OriginSchema) }),
      ),
    }),
  ),
});

export function createProviderSettings({ providers, findOrigin }: SettingsDeps): SettingsPart {
  return {
    name: 'providers',
    schema: Type.Array(ProviderSchema),
    read: ({ everything }) =>
      Promise.resolve(
        providers.map((provider) => ({
          name: provider.name,
          adapter: provider.adapter,
          region: provider.region,
          setup: everything ? toSetup(provider, findOrigin) : null,
        })),
      ),
  };
}

function toSetup(provider: Provider, findOrigin: FindOrigin) {
  const at = (field: string): Origin => findOrigin(['providers', provider.name, field]);
  return {
    origin: findOrigin(['providers', provider.name]),
    base_url: { value: hideSecrets(provider.baseUrl), origin: at('base_url') },
    region: { value: provider.region, origin: at('region') },
    timeout_ms: { value: provider.timeoutMs, origin: at('timeout_ms') },
    stream_usage: { value: provider.streamUsage, origin: at('stream_usage') },
    api_key: { value: provider.apiKey !== null, origin: at('api_key') },
    own: Object.entries(provider.settings).map(([name, value]) => ({
      name,
      value: isClosed(ADAPTERS[provider.adapter]?.settings?.properties[name]) ? JSON.stringify(value) : null,
      origin: at(name),
    })),
  };
}

/** A value out of a known set: flags, words of a list. Whatever else an operator writes could be a secret. */
function isClosed(schema: TSchema | undefined): boolean {
  if (schema === undefined) return false;
  if (Type.IsArray(schema)) return isClosed(schema.items);
  if (Type.IsUnion(schema)) return schema.anyOf.every(isClosed);
  return Type.IsBoolean(schema) || Type.IsLiteral(schema) || 'enum' in schema;
}

const ModelSchema = Type.Object({
  name: Type.String(),
  origin: Nullable(OriginSchema),
  candidates: Type.Array(
    Type.Object({
      name: Type.String(),
      provider: Type.String(),
      /** A list knows what it costs. */
      priced: Type.Boolean(),
      kind: Nullable(Type.String()),
      context_tokens: Nullable(Type.Integer()),
      max_output_tokens: Nullable(Type.Integer()),
      takes: Type.Array(Type.String()),
    }),
  ),
});

export function createModelSettings({ routing, findOrigin }: SettingsDeps): SettingsPart {
  return {
    name: 'models',
    schema: Type.Array(ModelSchema),
    read: ({ everything }) =>
      Promise.resolve(
        routing.listModels().map((model) => ({
          name: model.name,
          origin: everything ? findModelOrigin(model, findOrigin) : null,
          candidates: model.candidates.map((name, index) => toCandidate(name, model.facts[index] ?? null)),
        })),
      ),
  };
}

/** An alias stands in the file; other names came with the key of their provider, or with Reeve. */
function findModelOrigin({ name, candidates }: RoutedModel, findOrigin: FindOrigin): Origin {
  const alias = findOrigin(['models', name]);
  const first = splitName(candidates[0] ?? '');
  if (alias.source !== 'default' || first === null || first.modelId !== name) return alias;
  return findOrigin(['providers', first.provider, 'api_key']);
}

function toCandidate(name: string, facts: PriceEntry | null) {
  return {
    name,
    provider: splitName(name)?.provider ?? '',
    priced: facts !== null,
    kind: facts?.kind ?? null,
    context_tokens: facts?.context_tokens ?? null,
    max_output_tokens: facts?.max_output_tokens ?? null,
    takes: facts?.takes ?? [],
  };
}
