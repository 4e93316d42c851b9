/** Chooses the engines of objects, secrets and the graph, and puts their health beside them. */
import { join } from 'node:path';
import type { Clock, ModulePlugin, Random } from '#kernel';
import type { Database } from '../platform/database/port.ts';
import { createDatabaseGraph } from '../platform/graph/database-graph.ts';
import type { Graph } from '../platform/graph/port.ts';
import type { HttpClient } from '../platform/http-client/port.ts';
import { openFolderObjects } from '../platform/objects/folder-objects.ts';
import { createFolderPlugin } from '../platform/objects/objects-routes.ts';
import type { Objects } from '../platform/objects/port.ts';
import { createS3Objects, type S3Objects } from '../platform/objects/s3-objects.ts';
import { parseS3Url } from '../platform/objects/s3-url.ts';
import type { Secrets } from '../platform/secrets/port.ts';
import { openSealedFileSecrets } from '../platform/secrets/sealed-file-secrets.ts';
import { createVaultSecrets } from '../platform/secrets/vault-secrets.ts';
import { parseVaultUrl } from '../platform/secrets/vault-url.ts';
import type { Log } from '../platform/telemetry/port.ts';
import { hostAndPort } from './config.ts';
import type { Environment } from './environment.ts';
import { ALL_ROLES } from './process-shape.ts';

/** What rooms keep beside the database. */
export interface Stores {
  objects: Objects;
  secrets: Secrets;
  graph: Graph;
  plugin: ModulePlugin;
  close(): Promise<void>;
}

interface StoreInputs {
  environment: Environment;
  database: Database;
  httpClient: HttpClient;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Opens all three. A store that is away does not stop the start: readiness tells, and it heals by itself. */
export async function openStores(inputs: StoreInputs): Promise<Stores> {
  const { database, clock } = inputs;
  warnWhereApart(inputs);
  const { objects, plugin } = await openObjects(inputs);
  const secrets = await openSecrets(inputs);
  const health = [
    { name: 'objects', servesWithout: true, check: () => objects.check() },
    { name: 'secrets', servesWithout: true, check: () => secrets.check() },
  ];
  return {
    objects,
    secrets,
    graph: createDatabaseGraph({ database, clock }),
    plugin: { ...plugin, health },
    async close() {
      await secrets.close();
      await objects.close();
    },
  };
}

/** `host:port` of the stores outside, which the egress rules must let through. */
export function listStoreHosts({ s3Url, vaultUrl }: Environment): string[] {
  const origins = [
    ...(s3Url === null ? [] : [parseS3Url(s3Url).origin]),
    ...(vaultUrl === null ? [] : [parseVaultUrl(vaultUrl).origin]),
  ];
  return origins.map((origin) => hostAndPort(new URL(origin)));
}

/** Processes of single roles have a data folder each, and what one keeps there the others do not find. */
function warnWhereApart({ environment, log }: StoreInputs): void {
  const { s3Url, vaultUrl, masterKey, shape } = environment;
  if (shape.roles.length === ALL_ROLES.length) return;
  if (s3Url === null) log.warn({}, 'objects are in the data folder of this process alone: set REEVE_S3_URL');
  if (vaultUrl === null && masterKey === null) {
    log.warn(
      {},
      'no other process can open what this one seals: set REEVE_MASTER_KEY, the same for all, or REEVE_VAULT_URL',
    );
  }
}

async function openSecrets({ environment, httpClient, clock, random }: StoreInputs): Promise<Secrets> {
  const { vaultUrl, dataDir, masterKey } = environment;
  if (vaultUrl !== null) return createVaultSecrets({ url: vaultUrl, httpClient, clock, random });
  return openSealedFileSecrets({ dataDir, masterKey, clock, random });
}

async function openObjects(inputs: StoreInputs): Promise<{ objects: Objects; plugin: ModulePlugin }> {
  const { environment, httpClient, clock, random, log } = inputs;
  if (environment.s3Url === null) {
    const objects = await openFolderObjects({ folder: join(environment.dataDir, 'objects'), clock, random });
    return { objects, plugin: createFolderPlugin(objects) };
  }
  const objects = createS3Objects({ url: environment.s3Url, httpClient, clock });
  void prepare(objects, log);
  return { objects, plugin: { name: 'objects' } };
}

async function prepare(objects: S3Objects, log: Log): Promise<void> {
  try {
    const { bucket, lifecycle } = await objects.prepare();
    if (bucket === 'made') log.info({}, 'the bucket of objects was missing and is made');
    if (lifecycle === 'unsupported') log.warn({}, 'this object store has no lifecycle rules: it keeps everything');
  } catch (error) {
    log.warn({ error }, 'the bucket of objects could not be prepared; the next start tries again');
  }
}
