/** The only reader of the environment: every variable that Reeve knows, checked, all faults at once. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { KEY_VARIABLES } from '#adapters';
import { hasCode, originOf, type Origin } from '#kernel';
import { parseS3Url } from '../platform/objects/s3-url.ts';
import { parseMasterKeys } from '../platform/secrets/master-key.ts';
import { parseVaultUrl } from '../platform/secrets/vault-url.ts';
import { readProcessShape, type ProcessShape } from './process-shape.ts';

export interface Environment {
  port: number;
  host: string;
  /** Absolute. */
  dataDir: string;
  /** Where this process alone works: lock, journal. The data folder, save for further workers. */
  processDir: string;
  shape: ProcessShape;
  /** Absolute; `null` where no file is named and `./reeve.yaml` does not exist. */
  configPath: string | null;
  /** Absent: PGlite in the data folder. */
  databaseUrl: string | null;
  /** Absent: events travel inside the database. */
  natsUrl: string | null;
  /** Absent: cache, limits and locks in this process. */
  redisUrl: string | null;
  /** Absent: objects in the data folder. */
  s3Url: string | null;
  /** Absent: secrets in a sealed file of the data folder. */
  vaultUrl: string | null;
  /** Of the sealed file. Absent: a key file in the data folder. */
  masterKey: string | null;
  bootstrapKey: string | null;
  logLevel: LogLevel;
  logFile: string | null;
  otlpEndpoint: string | null;
  tls: { certPath: string; keyPath: string } | null;
  trustedProxies: readonly string[];
  /** Keys of providers that are added because their variable is set: name → key. */
  providerKeys: ReadonlyMap<string, string>;
  /** For `${NAME}` in reeve.yaml. */
  variable(name: string): string | undefined;
  /** How a variable came to its value: a flag, itself, its `_FILE` form, or not at all. */
  origin(name: string): Origin;
  /** Variables that are set, known to the contract, and not used by this version. */
  unused: readonly string[];
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MIN_BOOTSTRAP_KEY_LENGTH = 24;
const SENDABLE = /^[\x21-\x7e]+$/;
const DEFAULT_PORT = '7337';

const NOT_USED_YET = ['REEVE_READ_REPLICA_URL', 'REEVE_CLAMD', 'REEVE_OPA_URL', 'REEVE_MODELS_DIR'] as const;

/** A start that is refused: each fault says what, where and how to mend it. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the process's variables. `overrides` are command-line flags under the variables' names. */
export function readEnvironment(variables: Variables = process.env, overrides: Variables = {}): Environment {
  const { environment, faults } = inspectEnvironment(variables, overrides);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

/** The same, with the faults beside what could be read, for whoever lists the faults of more. */
export function inspectEnvironment(
  variables: Variables,
  overrides: Variables = {},
): { environment: Environment; faults: readonly string[] } {
  const faults: string[] = [];
  const read = (name: string): string | undefined => nonEmpty(overrides[name]) ?? nonEmpty(variables[name]);
  const secret = (name: string): string | null => readSecret(name, read, faults);

  const dataDir = resolve(read('REEVE_DATA_DIR') ?? '.reeve');
  const databaseUrl = secret('REEVE_DATABASE_URL');
  const environment: Environment = {
    port: readPort(read('REEVE_PORT') ?? DEFAULT_PORT, faults),
    host: read('REEVE_HOST') ?? '127.0.0.1',
    dataDir,
    processDir: dataDir,
    shape: readProcessShape(read, databaseUrl === null, faults),
    configPath: findConfig(read('REEVE_CONFIG'), faults),
    databaseUrl: readDatabaseUrl(databaseUrl, faults),
    natsUrl: readNatsUrl(secret('REEVE_NATS_URL'), faults),
    redisUrl: readRedisUrl(secret('REEVE_REDIS_URL'), faults),
    s3Url: readWith(parseS3Url, secret('REEVE_S3_URL'), faults),
    vaultUrl: readWith(parseVaultUrl, secret('REEVE_VAULT_URL'), faults),
    masterKey: readWith(parseMasterKeys, secret('REEVE_MASTER_KEY'), faults),
    bootstrapKey: readBootstrapKey(secret('REEVE_BOOTSTRAP_KEY'), faults),
    logLevel: readLogLevel(read('REEVE_LOG_LEVEL') ?? 'info', faults),
    logFile: readLogFile(read('REEVE_LOG_FILE'), faults),
    otlpEndpoint: readCollector(read('OTEL_EXPORTER_OTLP_ENDPOINT'), faults),
    tls: readTls(read('REEVE_TLS_CERT'), read('REEVE_TLS_KEY'), faults),
    trustedProxies: readProxies(read('REEVE_TRUSTED_PROXIES') ?? '', faults),
    providerKeys: readProviderKeys(secret),
    variable: (name) => variables[name],
    origin: (name) => findOrigin(name, variables, overrides),
    unused: NOT_USED_YET.filter((name) => read(name) !== undefined),
  };
  return { environment, faults };
}

function findOrigin(name: string, variables: Variables, overrides: Variables): Origin {
  if (nonEmpty(overrides[name]) !== undefined) return originOf('flag', name);
  const set = [name, `${name}_FILE`].find((form) => nonEmpty(variables[form]) !== undefined);
  return originOf(set === undefined ? 'default' : 'variable', set ?? name);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

function readSecret(name: string, read: (name: string) => string | undefined, faults: string[]): string | null {
  const direct = read(name);
  const path = read(`${name}_FILE`);
  if (direct !== undefined && path !== undefined) {
    faults.push(`${name} and ${name}_FILE are both set; keep one.`);
    return null;
  }
  if (path === undefined) return direct ?? null;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    faults.push(`${name}_FILE: cannot read ${path} (${String(error)}).`);
    return null;
  }
}

function readPort(text: string, faults: string[]): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  faults.push(`REEVE_PORT is "${text}"; it takes a whole number from 0 (any free port) to 65535.`);
  return 0;
}

function findConfig(named: string | undefined, faults: string[]): string | null {
  const path = resolve(named ?? 'reeve.yaml');
  try {
    readFileSync(path);
    return path;
  } catch (error) {
    if (named === undefined && hasCode(error, 'ENOENT')) return null;
    faults.push(`REEVE_CONFIG: cannot read ${path} (${String(error)}).`);
    return null;
  }
}

function readDatabaseUrl(url: string | null, faults: string[]): string | null {
  // Without a host it is a socket of this machine.
  if (url === null || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url.replace('@/', '@socket/')))) return url;
  faults.push('REEVE_DATABASE_URL must be a URL that begins with postgres:// or postgresql://.');
  return null;
}

function readNatsUrl(url: string | null, faults: string[]): string | null {
  if (url === null || /^(nats|tls):\/\/[^/?]+\/?(\?replicas=[135])?$/.test(url)) return url;
  faults.push('REEVE_NATS_URL takes nats://host:port[,host:port…] or tls://…, and at its end ?replicas=1, 3 or 5.');
  return null;
}

function readRedisUrl(url: string | null, faults: string[]): string | null {
  if (url === null || (/^rediss?:\/\/./.test(url) && URL.canParse(url))) return url;
  faults.push('REEVE_REDIS_URL must be a URL that begins with redis:// or rediss://.');
  return null;
}

/** The text, where its reader takes it; what the reader says against it names the variable. */
function readWith(parse: (text: string) => unknown, text: string | null, faults: string[]): string | null {
  try {
    if (text !== null) parse(text);
    return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    faults.push(error.message);
    return null;
  }
}

function readBootstrapKey(key: string | null, faults: string[]): string | null {
  if (key === null) return null;
  if (key.length < MIN_BOOTSTRAP_KEY_LENGTH) {
    faults.push(`REEVE_BOOTSTRAP_KEY has ${key.length} characters; it needs at least ${MIN_BOOTSTRAP_KEY_LENGTH}.`);
  } else if (!SENDABLE.test(key)) {
    faults.push('REEVE_BOOTSTRAP_KEY may hold only printable ASCII characters without spaces, as a header can carry.');
  } else return key;
  return null;
}

function readLogLevel(text: string, faults: string[]): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) faults.push(`REEVE_LOG_LEVEL is "${text}"; it takes one of ${LOG_LEVELS.join(', ')}.`);
  return level ?? 'info';
}

function readTls(certPath: string | undefined, keyPath: string | undefined, faults: string[]): Environment['tls'] {
  if (certPath === undefined && keyPath === undefined) return null;
  if (certPath === undefined || keyPath === undefined) {
    faults.push('REEVE_TLS_CERT and REEVE_TLS_KEY belong together; set both or neither.');
    return null;
  }
  const found = { certPath: resolve(certPath), keyPath: resolve(keyPath) };
  try {
    createSecureContext({ cert: readFileSync(found.certPath), key: readFileSync(found.keyPath) });
  } catch (error) {
    faults.push(`REEVE_TLS_CERT and REEVE_TLS_KEY cannot be used: ${String(error)}.`);
  }
  return found;
}

function readLogFile(path: string | undefined, faults: string[]): string | null {
  if (path === undefined) return null;
  try {
    accessSync(dirname(resolve(path)), constants.W_OK | constants.X_OK);
  } catch (error) {
    faults.push(`REEVE_LOG_FILE: the folder of ${path} cannot be written (${String(error)}).`);
  }
  return path;
}

function readCollector(url: string | undefined, faults: string[]): string | null {
  if (url === undefined || /^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url ?? null;
  faults.push('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://: OTLP over HTTP.');
  return null;
}

/** Names that stand for ranges. */
const PROXY_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

function readProxies(text: string, faults: string[]): string[] {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  for (const entry of entries) {
    if (PROXY_RANGES.has(entry) || isRange(entry)) continue;
    faults.push(`REEVE_TRUSTED_PROXIES names "${entry}"; it takes addresses and ranges, as 10.0.0.1 or 10.0.0.0/8.`);
  }
  return entries;
}

function isRange(entry: string): boolean {
  const [address = '', part, more] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  if (part === undefined || (version === 4 && isIP(part) === 4)) return true;
  return /^\d{1,3}$/.test(part) && Number(part) >= 1 && Number(part) <= (version === 4 ? 32 : 128);
}

function readProviderKeys(secret: (name: string) => string | null): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const [variable, provider] of KEY_VARIABLES) {
    const key = secret(variable);
    if (key !== null && !keys.has(provider)) keys.set(provider, key);
  }
  return keys;
}
