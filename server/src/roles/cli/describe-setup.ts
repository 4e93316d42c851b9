/** What is configured and what is missing, of the settings of this shell or of a server that runs. */
import { configured, missing, type Finding } from './findings.ts';

/** Where a Reeve lives. `null`: the defaults, and the database that Reeve brings itself. */
export interface Place {
  dataDir: string;
  file: string | null;
  databaseAddress: string | null;
  processes: string;
  address: string;
}

export function describePlace({ dataDir, file, databaseAddress, processes, address }: Place): Finding[] {
  const database =
    databaseAddress === null ? 'embedded (PGlite in the data folder)' : `PostgreSQL at ${databaseAddress}`;
  return [
    configured('data folder', 'note', dataDir),
    configured('configuration', 'note', file ?? 'none: the defaults'),
    configured('database', 'note', database),
    configured('processes', 'note', processes),
    configured('address', 'note', address),
  ];
}

export interface Setup {
  durability: string;
  offline: boolean;
  providers: readonly { name: string; adapter: string; address: string; hasKey: boolean; region: string | null }[];
  aliases: readonly { name: string; candidates: readonly string[] }[];
  /** Names, `provider/model`, of candidates whose price nobody knows. */
  unpriced: readonly string[];
}

export function describeSetup({ durability, offline, providers, aliases }: Setup): Finding[] {
  const relaxed = 'relaxed: a crash may lose the receipts of the last milliseconds';
  const waits = 'acknowledged: an answer waits for its receipt';
  return [
    configured('durability', 'note', durability === 'acknowledged' ? waits : relaxed),
    configured('egress', 'note', offline ? 'offline: loopback only' : 'the configured providers'),
    ...providers.map(({ name, adapter, address, hasKey, region }) => {
      const key = hasKey ? 'with a key' : 'no key';
      const place = region === null ? '' : `, region ${region}`;
      return configured(`provider ${name}`, 'note', `${adapter} at ${address}, ${key}${place}`);
    }),
    ...aliases.map(({ name, candidates }) => configured(`model ${name}`, 'note', candidates.join(', then '))),
  ];
}

export function findMissing({ providers, unpriced }: Setup): Finding[] {
  const found: Finding[] = [];
  if (providers.length === 0) {
    const mend = 'Set OPENAI_API_KEY, or name an endpoint under "providers" in reeve.yaml.';
    found.push(missing('provider', 'warning', 'none: only reeve/hello answers', mend));
  }
  for (const name of new Set(unpriced)) {
    const detail = 'unknown: calls are served, and their receipts say cost_nanos: null';
    found.push(missing(`price of ${name}`, 'warning', detail, `Add "${name}" under "prices" in reeve.yaml.`));
  }
  return found;
}
