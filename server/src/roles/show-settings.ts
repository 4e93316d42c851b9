/** What roles alone know of the configuration: the file, limits, engines, and how this process was started. */
import Type from 'typebox';
import { hideSecrets, OriginSchema, type Origin, type SettingsPart } from '#kernel';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const RowSchema = Type.Object({
  name: Type.String(),
  value: Nullable(Type.String()),
  origin: Nullable(OriginSchema),
});

/** What bounds every call; hosts inside the network are for whoever looks after the installation. */
export function createLimitsPart({ durability, limits, egress, webhooks, findOrigin }: Config): SettingsPart {
  const row = (name: string, value: string, open: boolean) => ({
    name,
    value,
    open,
    origin: findOrigin(name.split('.')),
  });
  const rows = [
    row('durability', durability, true),
    row('limits.body_mb', String(limits.bodyBytes / MEBIBYTE), true),
    row('limits.request_seconds', String(limits.requestTimeoutMs / 1000), true),
    row('limits.in_flight', String(limits.inFlight), false),
    row('limits.queued', String(limits.queued), false),
    row('egress.offline', String(egress.offline), false),
    row('egress.allow', [...new Set(egress.allow)].join('\n'), false),
    row('webhooks.allow', webhooks.allow.join('\n'), false),
  ];
  return {
    name: 'limits',
    schema: Type.Array(RowSchema),
    read: ({ everything }) =>
      Promise.resolve(
        rows
          .filter(({ open }) => open || everything)
          .map(({ name, value, origin }) => ({ name, value, origin: everything ? origin : null })),
      ),
  };
}

const MEBIBYTE = 1024 * 1024;

const EnginesSchema = Type.Object({
  /** reeve.yaml, where there is one. */
  file: Nullable(Type.String()),
  data_dir: Type.String(),
  engines: Type.Array(
    Type.Object({
      name: Type.Enum(['database', 'bus', 'cache', 'objects', 'secrets']),
      /** What it is: `pglite`, `postgres`, `nats`, … */
      engine: Type.String(),
      /** Where, without who we are there; `null` where it is in this process or the data folder. */
      address: Nullable(Type.String()),
      origin: OriginSchema,
    }),
  ),
  process: Type.Array(RowSchema),
});

export function createEnginesPart(environment: Environment): SettingsPart {
  return {
    name: 'engines',
    schema: EnginesSchema,
    read: ({ everything }) =>
      Promise.resolve(
        everything
          ? {
              file: environment.configPath,
              data_dir: environment.dataDir,
              engines: listEngines(environment),
              process: listProcessRows(environment),
            }
          : null,
      ),
  };
}

function listEngines({ databaseUrl, natsUrl, redisUrl, s3Url, vaultUrl, origin }: Environment) {
  const engine = (name: string, url: string | null, kinds: readonly [outside: string, inside: string], by: string) => ({
    name,
    engine: url === null ? kinds[1] : kinds[0],
    address: url === null ? null : hideSecrets(url),
    origin: origin(by),
  });
  return [
    engine('database', databaseUrl, ['postgres', 'pglite'], 'REEVE_DATABASE_URL'),
    engine('bus', natsUrl, ['nats', 'database'], 'REEVE_NATS_URL'),
    engine('cache', redisUrl, ['redis', 'memory'], 'REEVE_REDIS_URL'),
    engine('objects', s3Url, ['s3', 'folder'], 'REEVE_S3_URL'),
    engine('secrets', vaultUrl, ['vault', 'sealed-file'], 'REEVE_VAULT_URL'),
  ];
}

function listProcessRows(environment: Environment): { name: string; value: string | null; origin: Origin }[] {
  const { host, port, dataDir, shape, logLevel, logFile, otlpEndpoint, tls, trustedProxies, origin } = environment;
  const values: Record<string, string | null> = {
    REEVE_HOST: host,
    REEVE_PORT: String(port),
    REEVE_DATA_DIR: dataDir,
    REEVE_ROLES: shape.roles.join(', '),
    REEVE_WORKERS: String(shape.workers),
    REEVE_LOG_LEVEL: logLevel,
    REEVE_LOG_FILE: logFile,
    REEVE_TLS_CERT: tls?.certPath ?? null,
    REEVE_TRUSTED_PROXIES: trustedProxies.join(', ') || null,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint === null ? null : hideSecrets(otlpEndpoint),
  };
  return Object.entries(values).map(([name, value]) => ({ name, value, origin: origin(name) }));
}
