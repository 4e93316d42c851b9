/** Everything that the doctor looks at, in the order in which people read it. */
import { createPriceBook } from '#accounting';
import { candidateName } from '#routing';
import type { Config } from '../config.ts';
import type { Environment } from '../environment.ts';
import type { InspectedSettings } from '../settings.ts';
import { VERSION } from '../version.ts';
import { findRunningServer, type AdminClient } from './admin-client.ts';
import { describePlace, describeSetup, findMissing, type Place, type Setup } from './describe-setup.ts';
import { examineData, examineFolder } from './examine-data.ts';
import { examineProviders } from './examine-providers.ts';
import { examineServer } from './examine-server.ts';
import { configured, reachable, type Finding } from './findings.ts';
import { inspectPlace, type CliContext, type PlaceFlags } from './visit-control.ts';

/** Looks at configuration, data folder, database, server and providers. Never rejects for what it finds. */
export async function examine(context: CliContext, flags: PlaceFlags): Promise<Finding[]> {
  const here = inspectPlace(context, flags);
  const { dataDir } = here.environment;
  const server = await findServer(dataDir);
  if (server === null || server instanceof Error) return [version, ...(await examineHere(here, server))];
  try {
    const found = await examineServer(server, here);
    return [version, ...examineFolder(dataDir), reachable('server', 'ok', 'runs'), ...found];
  } finally {
    server.close();
  }
}

const version = configured('version', 'note', `${VERSION} on Node ${process.versions.node}`);

async function findServer(dataDir: string): Promise<AdminClient | null | Error> {
  try {
    return await findRunningServer(dataDir);
  } catch (error) {
    return new Error(`admin.sock is there and cannot be used: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Nobody else can be asked: these are the settings of this shell. */
async function examineHere(here: InspectedSettings, server: Error | null): Promise<Finding[]> {
  const { environment, environmentFaults, config, fileFaults } = here;
  const faults = [...environmentFaults, ...fileFaults].map(toFinding);
  if (environmentFaults.length > 0) return faults;
  const data = examineData(environment, server);
  if (config === null) return [...describeHere(environment), ...faults, ...(await data)];
  const setup = toSetup(config);
  const found = await Promise.all([data, examineProviders(config)]);
  return [...describeHere(environment), ...describeSetup(setup), ...found.flat(), ...findMissing(setup)];
}

function toFinding(fault: string): Finding {
  return configured('configuration', 'broken', fault, 'Correct it; the server does not start with it.');
}

function describeHere(environment: Environment): Finding[] {
  return [
    configured('settings', 'note', 'of this shell'),
    ...describePlace(toPlace(environment)),
    ...environment.unused.map((name) => configured(name, 'warning', 'is set, and not used by this version')),
  ];
}

function toPlace({ databaseUrl, configPath, dataDir, shape, tls, host, port }: Environment): Place {
  return {
    dataDir,
    file: configPath,
    databaseAddress: databaseUrl === null ? null : hostOf(databaseUrl),
    processes: `${shape.workers}, as ${shape.roles.join(', ')}`,
    address: `${tls === null ? 'http' : 'https'}://${host}:${port}`,
  };
}

function toSetup({ durability, egress, providers, models, prices }: Config): Setup {
  const book = createPriceBook(prices);
  const candidates = [...models.values()].flat().filter(({ provider }) => provider.baseUrl !== '');
  const unpriced = candidates.filter(({ provider, modelId }) => book.find(provider, modelId) === null);
  return {
    durability,
    offline: egress.offline,
    providers: providers.map(({ name, adapter, baseUrl, apiKey, region }) => ({
      name,
      adapter,
      address: baseUrl,
      hasKey: apiKey !== null,
      region,
    })),
    aliases: [...models].map(([name, found]) => ({ name, candidates: found.map(candidateName) })),
    unpriced: unpriced.map(candidateName),
  };
}

/** Host, port and database; never user or password. */
function hostOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.host || 'a local socket'}${url.pathname}`;
}
