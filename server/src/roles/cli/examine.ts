/** Everything that the doctor looks at, in the order in which people read it. */
import { createPriceBook } from '#accounting';
import type { Config } from '../config.ts';
import type { Environment } from '../environment.ts';
import { VERSION } from '../version.ts';
import { examineData } from './examine-data.ts';
import { examineProviders } from './examine-providers.ts';
import { configured, missing, type Finding } from './findings.ts';
import { inspectPlace, type CliContext, type PlaceFlags } from './visit-control.ts';

/** Looks at configuration, data folder, database, server and providers. Never rejects for what it finds. */
export async function examine(context: CliContext, flags: PlaceFlags): Promise<Finding[]> {
  const { environment, environmentFaults, config, fileFaults } = inspectPlace(context, flags);
  const faults = [...environmentFaults, ...fileFaults].map(toFinding);
  if (environmentFaults.length > 0) return faults;
  const data = examineData(environment);
  if (config === null) return [...describePlace(environment), ...faults, ...(await data)];
  const reachable = await Promise.all([data, examineProviders(config)]);
  return [...describePlace(environment), ...describeConfig(config), ...reachable.flat(), ...findMissing(config)];
}

function toFinding(fault: string): Finding {
  return configured('configuration', 'broken', fault, 'Correct it; the server does not start with it.');
}

function describePlace(environment: Environment): Finding[] {
  const { databaseUrl, configPath, dataDir, shape, unused } = environment;
  const engine = databaseUrl === null ? 'embedded (PGlite in the data folder)' : `PostgreSQL at ${hostOf(databaseUrl)}`;
  const scheme = environment.tls === null ? 'http' : 'https';
  return [
    configured('version', 'note', `${VERSION} on Node ${process.versions.node}`),
    configured('data folder', 'note', dataDir),
    configured('configuration', 'note', configPath ?? 'none: the defaults'),
    configured('database', 'note', engine),
    configured('processes', 'note', `${shape.workers}, as ${shape.roles.join(', ')}`),
    configured('address', 'note', `${scheme}://${environment.host}:${environment.port}`),
    ...unused.map((name) => configured(name, 'warning', 'is set, and not used by this version')),
  ];
}

function describeConfig({ durability, egress, providers, models }: Config): Finding[] {
  const relaxed = 'relaxed: a crash may lose the receipts of the last milliseconds';
  const waits = 'acknowledged: an answer waits for its receipt';
  return [
    configured('durability', 'note', durability === 'acknowledged' ? waits : relaxed),
    configured('egress', 'note', egress.offline ? 'offline: loopback only' : 'the configured providers'),
    ...providers.map((provider) => {
      const key = provider.apiKey === null ? 'no key' : 'with a key';
      const region = provider.region === null ? '' : `, region ${provider.region}`;
      const detail = `${provider.adapter} at ${provider.baseUrl}, ${key}${region}`;
      return configured(`provider ${provider.name}`, 'note', detail);
    }),
    ...[...models].map(([alias, candidates]) => {
      const names = candidates.map(({ provider, modelId }) => `${provider.name}/${modelId}`);
      return configured(`model ${alias}`, 'note', names.join(', then '));
    }),
  ];
}

function findMissing({ providers, models, prices }: Config): Finding[] {
  const found: Finding[] = [];
  if (providers.length === 0) {
    const mend = 'Set OPENAI_API_KEY, or name an endpoint under "providers" in reeve.yaml.';
    found.push(missing('provider', 'warning', 'none: only reeve/hello answers', mend));
  }
  const book = createPriceBook(prices);
  const candidates = [...models.values()].flat().filter(({ provider }) => provider.baseUrl !== '');
  const unpriced = candidates.filter(({ provider, modelId }) => book.find(provider, modelId) === null);
  for (const name of new Set(unpriced.map(({ provider, modelId }) => `${provider.name}/${modelId}`))) {
    const detail = 'unknown: calls are served, and their receipts say cost_nanos: null';
    found.push(missing(`price of ${name}`, 'warning', detail, `Add "${name}" under "prices" in reeve.yaml.`));
  }
  return found;
}

/** Host, port and database; never user or password. */
function hostOf(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.host || 'a local socket'}${url.pathname}`;
}
