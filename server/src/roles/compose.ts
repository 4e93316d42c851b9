/** Puts the rooms together. Everything is opened in order and closed in the opposite order. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createAccountingPlugin, createPriceBook } from '#accounting';
import { createAdapters } from '#adapters';
import type { OpenLedger } from '#audit';
import { createCallsPlugin, createCapacity, DEFAULT_CAPACITY, type Capacity } from '#calls';
import { createIdentity, type BootstrapResult, type Identity } from '#identity';
import { createMemoryPlugin } from '#memory';
import { createOperationsPlugin, createOverviewPlugin } from '#operations';
import { createIdSource, type IdSource, type Job, type ModulePlugin } from '#kernel';
import { createRouting, createRoutingPlugin } from '#routing';
import { createSurfacesPlugin } from '#surfaces';
import { createBusPlugin } from '../platform/bus/bus-plugin.ts';
import { createBus } from '../platform/bus/create-bus.ts';
import type { Bus } from '../platform/bus/port.ts';
import { createProjections } from '../platform/bus/projections.ts';
import { createSystemRandom, systemClock } from '../platform/clock/system-clock.ts';
import { lockDataFolder, type DataFolderLock } from '../platform/database/data-folder-lock.ts';
import type { Database } from '../platform/database/port.ts';
import { createHttpClient } from '../platform/http-client/undici-client.ts';
import type { SharedState } from '../platform/cache/port.ts';
import type { HttpClient } from '../platform/http-client/port.ts';
import { createIdempotency } from '../platform/idempotency/database-idempotency.ts';
import type { Idempotency } from '../platform/idempotency/port.ts';
import { createTelemetry } from '../platform/telemetry/create-telemetry.ts';
import type { Telemetry } from '../platform/telemetry/port.ts';
import { createWorkflows } from '../platform/workflows/create-workflows.ts';
import { createClosing, type Closing } from './closing.ts';
import { hostAndPort, type Config } from './config.ts';
import type { Environment } from './environment.ts';
import { createLostPage } from './console-files.ts';
import { createHttp } from './http.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { openDatabase, openLedger, openSharedState, readInstanceName, refuseHalfMoved } from './open-records.ts';
import { listStoreHosts, openStores, type Stores } from './open-storage.ts';
import { createProcessPart } from './process-part.ts';
import { findRoleElsewhere, jobsOf, routesOf } from './process-shape.ts';
import { createRunningAnswers, type RunningAnswers } from './running-answers.ts';
import { createServiceRoutes } from './service-routes.ts';
import { createEnginesPart, createLimitsPart } from './show-settings.ts';
import { settleFormerWorkers } from './settle-journals.ts';
import { VERSION } from './version.ts';

/** A composed program: ready to listen, or to be asked in process. */
export interface Reeve {
  app: FastifyInstance;
  bootstrap: BootstrapResult;
  capacity: Capacity;
  lifecycle: Lifecycle;
  telemetry: Telemetry;
  dataDir: string;
  /** Names that callers may use, the first for the example. */
  models(): readonly string[];
  /** Marks requests of this connection-accepting server as the operator's. */
  trustAsOperator(request: IncomingMessage): void;
  running: RunningAnswers;
  stores: Stores;
  /** Once it listens: where, as callers write it. */
  noteAddress(address: string): void;
  /** A one-time link for the owner: its path behind the address. */
  makeOwnerLink(): Promise<string>;
  /** For what is opened on top; it is closed first. */
  closing: Closing;
}

interface Parts {
  environment: Environment;
  config: Config;
  closing: Closing;
  gatherMetrics: GatherMetrics;
  ids: IdSource;
  telemetry: Telemetry;
  httpClient: HttpClient;
  database: Database;
  bus: Bus;
  ledger: OpenLedger;
  identity: Identity;
  shared: SharedState;
  stores: Stores;
  lock: DataFolderLock;
}

/** Makes of this process's metrics what `/metrics` answers with. */
export type GatherMetrics = (own: Telemetry['metrics']['render']) => Telemetry['metrics']['render'];

const random = createSystemRandom();
const clock = systemClock;

/** Opens everything that serving needs. On failure what was opened is closed again. */
export async function compose(
  environment: Environment,
  config: Config,
  gatherMetrics: GatherMetrics = (own) => own,
): Promise<Reeve> {
  const closing = createClosing();
  try {
    return await open({ environment, config, closing, gatherMetrics });
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function open(inputs: Pick<Parts, 'environment' | 'config' | 'closing' | 'gatherMetrics'>): Promise<Reeve> {
  const { environment, config, closing } = inputs;
  const place = createPlace();
  const lock = lockDataFolder(environment.processDir);
  closing.onClose('the data folder', () => lock.release());
  const ids = createIdSource(clock, random);
  const { httpClient, telemetry } = openPlatform(environment, config, closing);
  for (const name of environment.unused) telemetry.log.warn({ variable: name }, `${name} is not used by this version`);
  const database = await openDatabase(environment, lock, telemetry.log);
  closing.onClose('the database', () => database.close());
  await database.migrate();
  await refuseHalfMoved(database);
  const shared = await openSharedState(environment, { clock, random, log: telemetry.log });
  closing.onClose('the shared state', () => shared.close());
  const stores = await openStores({ environment, database, httpClient, clock, random, log: telemetry.log });
  closing.onClose('the stores', () => stores.close());
  const ledger = await openLedger({ config, lock, database, telemetry, clock, ids, closing });
  await settleFormerWorkers(environment, { database, log: telemetry.log, clock, ids });
  const bus = createBus({ database, clock, random, log: telemetry.log, natsUrl: environment.natsUrl });
  const identity = createIdentity({
    database,
    events: bus,
    clock,
    random,
    ids,
    log: telemetry.log,
    version: VERSION,
    address: place.read,
  });
  closing.onClose('identity', () => identity.close());
  const parts = {
    ...inputs,
    ids,
    telemetry,
    httpClient,
    database,
    bus,
    ledger,
    identity,
    shared,
    stores,
    lock,
  };
  const server = await openServer(parts);
  // Last: a fresh key is shown once, so nothing may fail between making it and showing it.
  const bootstrap = await identity.bootstrap(environment.bootstrapKey);
  return {
    ...server,
    bootstrap,
    telemetry,
    stores,
    dataDir: lock.folder,
    closing,
    noteAddress: place.note,
    makeOwnerLink: () => identity.makeOwnerLink(),
  };
}

/** Where the server listens is known only after everything is open. */
function createPlace() {
  let address: string | null = null;
  return { read: () => address, note: (known: string) => void (address = known) };
}

function openPlatform(environment: Environment, config: Config, closing: Closing) {
  const collector = environment.otlpEndpoint === null ? [] : [hostAndPort(new URL(environment.otlpEndpoint))];
  const egress = { ...config.egress, allow: [...config.egress.allow, ...collector, ...listStoreHosts(environment)] };
  const httpClient = createHttpClient({ egress, clock });
  const telemetry = createTelemetry({
    level: environment.logLevel,
    logFile: environment.logFile,
    otlpEndpoint: environment.otlpEndpoint,
    httpClient,
    clock,
    random,
    serviceVersion: VERSION,
  });
  closing.onClose('outgoing connections', () => httpClient.close());
  closing.onClose('telemetry', () => telemetry.close());
  return { httpClient, telemetry };
}

async function openServer(parts: Parts) {
  const { config, ids, telemetry, httpClient, database, ledger, identity, environment, closing } = parts;
  const prices = createPriceBook(config.prices);
  const routing = createRouting({
    providers: config.providers,
    models: config.models,
    prices,
    keyedProviders: [...environment.providerKeys.keys()],
    adapters: await createAdapters({ httpClient, clock }, config.providers),
    clock,
    random,
    telemetry,
  });
  const limits = { ...DEFAULT_CAPACITY, ...config.limits };
  const capacity = createCapacity(limits, clock);
  const path = { routing, prices, ledger: ledger.ledger, capacity, telemetry, clock, ids };
  const processName = readInstanceName(parts.lock, ids);
  const idempotency = createIdempotency({ database, clock, random, log: telemetry.log, owner: processName });
  await idempotency.recover();
  const plugins: ModulePlugin[] = [
    {
      name: 'process',
      live: [createProcessPart({ ...environment, name: processName, engine: database.engine, clock })],
      settings: [createLimitsPart(config), createEnginesPart(environment)],
    },
    identity.plugin,
    ledger.plugin,
    createAccountingPlugin({ ...config, database, ledger: ledger.ledger, clock, log: telemetry.log, prices }),
    createRoutingPlugin({ ...config, routing, traffic: telemetry.traffic }),
    createCallsPlugin({ capacity, limits, traffic: telemetry.traffic }),
    createSurfacesPlugin(path),
    { name: 'idempotency', jobs: [idempotency.sweep] },
    { name: 'cache', health: parts.shared.health },
    parts.stores.plugin,
    createMemoryPlugin({ ...parts, secrets: parts.stores.secrets, clock }),
    ...createWorkPlugins(parts),
  ];
  plugins.push(createEventsPlugin(parts, plugins));
  const providerNames = new Set(config.providers.map(({ name }) => name));
  plugins.push(createOverviewPlugin({ ...parts, plugins, clock, log: telemetry.log, path, providerNames }));
  startJobs(jobsOf(plugins, environment.shape.roles), closing);
  const served = await openApp(parts, plugins, idempotency);
  const models = () => routing.listModels().map((model) => model.name);
  return { ...served, capacity, models };
}

/** The HTTP server over what the rooms contribute to the roles of this process. */
async function openApp(parts: Parts, plugins: readonly ModulePlugin[], idempotency: Idempotency) {
  const { config, ids, telemetry, database, identity, environment, closing } = parts;
  const { roles } = environment.shape;
  const lifecycle = createLifecycle();
  const renderMetrics = parts.gatherMetrics(telemetry.metrics.render);
  const routes = createServiceRoutes({ plugins, lifecycle, roles, database, renderMetrics });
  const operators = new WeakSet<IncomingMessage>();
  const running = createRunningAnswers();
  const app = createHttp(
    {
      identifier: { identity, ids, random, isOperator: (request) => operators.has(request) },
      idempotency,
      log: telemetry.log,
      clock,
      bodyBytesMax: config.limits.bodyBytes,
      requestTimeoutMs: config.limits.requestTimeoutMs,
      trustedProxies: environment.trustedProxies,
      tls: readTls(environment),
      draining: () => lifecycle.phase === 'draining',
      running,
      findRoleElsewhere: (method, path) => findRoleElsewhere({ method, path }, routes, roles),
      readLostPage: roles.includes('control') ? createLostPage() : () => Promise.resolve(null),
    },
    routesOf(routes, roles),
  );
  closing.onClose('the server', () => app.close());
  await app.ready();
  return { app, lifecycle, running, trustAsOperator: (request: IncomingMessage) => void operators.add(request) };
}

/** Work that survives a crash, and what is built of it. */
function createWorkPlugins(parts: Parts): ModulePlugin[] {
  const { config, database, ids, telemetry, lock, stores } = parts;
  const workflows = createWorkflows({ database, clock, ids, log: telemetry.log, owner: readInstanceName(lock, ids) });
  const allowInside = new Set(config.webhooks.allow);
  const operations = createOperationsPlugin({
    ...parts,
    workflows,
    secrets: stores.secrets,
    clock,
    random,
    allowInside,
  });
  return [workflows.plugin, operations];
}

/** Last of the plugins, so that whoever consumes events has subscribed before they move. */
function createEventsPlugin({ database, bus, telemetry }: Parts, plugins: readonly ModulePlugin[]): ModulePlugin {
  const projections = plugins.flatMap((plugin) => plugin.projections ?? []);
  return createBusPlugin(bus, createProjections({ database, clock, log: telemetry.log, events: bus, projections }));
}

function startJobs(jobs: readonly Job[], closing: Closing): void {
  for (const job of jobs) {
    job.start();
    closing.onClose(`the job ${job.name}`, () => job.stop());
  }
}

function readTls({ tls }: Environment) {
  return tls === null ? null : { cert: readFileSync(tls.certPath), key: readFileSync(tls.keyPath) };
}
