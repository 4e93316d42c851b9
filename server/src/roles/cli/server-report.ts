/** What a running server tells the operator of its settings, and of how its providers do. */
import Type, { type Static, type TSchema } from 'typebox';
import { createChecker, OriginSchema } from '#kernel';
import type { AdminRequest } from './admin-client.ts';
import type { Place, Setup } from './describe-setup.ts';

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Row = Type.Object({ name: Type.String(), value: Nullable(Type.String()) });

const SettingsSchema = Type.Object({
  limits: Type.Array(Row),
  engines: Type.Object({
    file: Nullable(Type.String()),
    data_dir: Type.String(),
    engines: Type.Array(Type.Object({ name: Type.String(), engine: Type.String(), address: Nullable(Type.String()) })),
    process: Type.Array(Row),
  }),
  providers: Type.Array(
    Type.Object({
      name: Type.String(),
      adapter: Type.String(),
      region: Nullable(Type.String()),
      setup: Type.Object({
        base_url: Type.Object({ value: Type.String() }),
        api_key: Type.Object({ value: Type.Boolean() }),
      }),
    }),
  ),
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      origin: OriginSchema,
      candidates: Type.Array(Type.Object({ name: Type.String(), provider: Type.String(), priced: Type.Boolean() })),
    }),
  ),
});
type ServerSettings = Static<typeof SettingsSchema>;

const ExperienceSchema = Type.Object({
  name: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  failures: Type.Integer(),
  last_failure: Nullable(Type.Object({ outcome: Type.String(), at: Type.String() })),
});
export type Experience = Static<typeof ExperienceSchema>;

const settingsChecker = createChecker(SettingsSchema);
const liveChecker = createChecker(Type.Object({ providers: Type.Array(ExperienceSchema) }));

/** `null` where this server does not tell, or not all of it. */
export async function readServerReport(
  request: AdminRequest,
): Promise<{ settings: ServerSettings; experience: Experience[] } | null> {
  const { body: settings } = await request('GET', '/api/v1/settings');
  const { body: live } = await request('GET', '/api/v1/operations/live');
  if (settingsChecker.faults(settings).length > 0 || liveChecker.faults(live).length > 0) return null;
  return { settings: settingsChecker.parse(settings), experience: liveChecker.parse(live).providers };
}

export function toPlace({ engines: { file, data_dir: dataDir, engines, process: rows } }: ServerSettings): Place {
  const read = (name: string): string | null => readRow(rows, name);
  const scheme = read('REEVE_TLS_CERT') === null ? 'http' : 'https';
  return {
    dataDir,
    file,
    databaseAddress: engines.find(({ name }) => name === 'database')?.address ?? null,
    processes: `${read('REEVE_WORKERS')}, as ${read('REEVE_ROLES')}`,
    address: `${scheme}://${read('REEVE_HOST')}:${read('REEVE_PORT')}`,
  };
}

export function toSetup({ limits, providers, models }: ServerSettings): Setup {
  // What came with a provider's key is no alias, and may be a hundred names.
  const aliases = models.filter(({ name, origin }) => origin.name === `models.${name}` && origin.source === 'file');
  const names = new Set(providers.map(({ name }) => name));
  const candidates = aliases.flatMap((alias) => alias.candidates);
  return {
    durability: readRow(limits, 'durability') ?? '',
    offline: readRow(limits, 'egress.offline') === 'true',
    providers: providers.map(({ name, adapter, region, setup }) => ({
      name,
      adapter,
      address: setup.base_url.value,
      hasKey: setup.api_key.value,
      region,
    })),
    aliases: aliases.map((alias) => ({ name: alias.name, candidates: alias.candidates.map(({ name }) => name) })),
    unpriced: candidates.flatMap(({ name, provider, priced }) => (names.has(provider) && !priced ? [name] : [])),
  };
}

function readRow(rows: readonly Static<typeof Row>[], name: string): string | null {
  return rows.find((row) => row.name === name)?.value ?? null;
}
