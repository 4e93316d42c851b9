/**
 * What it takes until an appended event reaches its consumer, and how many do so each second; appender, relay and consumer
 * in one process, real engines on this machine.
 * Usage: node bench/bus/run.ts [events] [engine name]
 */
import { DEFAULT_SETTINGS } from '../../server/src/platform/bus/bus-parts.ts';
import { createTestBus, auditEvent, noteEffect } from '../../server/src/platform/bus/testing.ts';
import type { Bus, NewEvent } from '../../server/src/platform/bus/port.ts';
import type { Database } from '../../server/src/platform/database/port.ts';
import { openPostgresDatabase } from '../../server/src/platform/database/postgres-database.ts';
import { openTestDatabase } from '../../server/src/platform/database/testing.ts';
import { startNats } from '../../server/test/rigs/nats.ts';
import { startPostgres } from '../../server/test/rigs/postgres.ts';

const events = Number(process.argv[2] ?? 20_000);
const only = process.argv[3];
const SINGLE = 300;
const AGGREGATES = 500;
const TOGETHER = 100;
const WRITERS = 4;

interface Engine {
  name: string;
  open(): Promise<{ database: Database; natsUrl: string | null; close(): Promise<void> }>;
}

const ENGINES: Engine[] = [
  {
    name: 'PGlite',
    async open() {
      const database = await openTestDatabase();
      return { database, natsUrl: null, close: () => database.close() };
    },
  },
  { name: 'PostgreSQL', open: () => openServers(false) },
  { name: 'PostgreSQL + NATS', open: () => openServers(true) },
];

async function openServers(withNats: boolean) {
  const postgres = await startPostgres({ fsync: true });
  const nats = withNats ? await startNats() : null;
  const database = await openPostgresDatabase({ url: await postgres.url('bench') });
  await database.migrate();
  return {
    database,
    natsUrl: nats?.url ?? null,
    async close() {
      await database.close();
      await postgres.stop();
      await nats?.stop();
    },
  };
}

const append = (database: Database, bus: Bus, batch: readonly NewEvent[]): Promise<string[]> =>
  database.asRole('operator', (tx) => bus.append(tx, ...batch));

/** Milliseconds from the call of `append` until the handler is called, the commit included; one event at a time. */
async function measureLatency(database: Database, bus: Bus, heard: Map<string, () => void>): Promise<number[]> {
  const took: number[] = [];
  for (let turn = 0; turn < SINGLE; turn += 1) {
    const target = `single-${turn}`;
    const fromMs = performance.now();
    const arrived = new Promise<void>((resolve) => heard.set(target, resolve));
    await Promise.all([append(database, bus, [auditEvent('bench', target)]), arrived]);
    took.push(performance.now() - fromMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return took.slice(20).toSorted((a, b) => a - b);
}

async function measureRate(database: Database, bus: Bus, service: string, count: () => number): Promise<number> {
  const before = count();
  const fromMs = performance.now();
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < events) {
      const from = next;
      next += TOGETHER;
      const batch = Array.from({ length: TOGETHER }, (_, index) =>
        auditEvent(service, `${from + index}`, { aggregate: `a${(from + index) % AGGREGATES}` }),
      );
      await append(database, bus, batch);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  while (count() - before < events) await new Promise((resolve) => setTimeout(resolve, 5));
  return events / ((performance.now() - fromMs) / 1000);
}

async function bench({ name, open }: Engine): Promise<void> {
  const { database, natsUrl, close } = await open();
  const bus = createTestBus(database, { natsUrl, settings: DEFAULT_SETTINGS });
  const heard = new Map<string, () => void>();
  const counts = { bench: 0, 'bench-effects': 0 };
  bus.subscribe({
    name: 'bench',
    subjects: ['audit.bench.>'],
    as: 'operator',
    handle({ data }) {
      counts.bench += 1;
      heard.get(Object(data).target)?.();
      return Promise.resolve();
    },
  });
  bus.subscribe({
    name: 'bench-effects',
    subjects: ['audit.bench-effects.>'],
    as: 'operator',
    async handle(event, tx) {
      await noteEffect(tx, 'bench-effects', event);
      counts['bench-effects'] += 1;
    },
  });
  bus.job.start();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const took = await measureLatency(database, bus, heard);
  const at = (share: number): string => (took[Math.floor((took.length - 1) * share)] ?? 0).toFixed(1);
  const rate = await measureRate(database, bus, 'bench', () => counts.bench);
  const rateWithEffects = await measureRate(database, bus, 'bench-effects', () => counts['bench-effects']);
  console.log(
    `| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(0.99)} | ${Math.round(rate)} | ${Math.round(rateWithEffects)} |`,
  );
  await bus.job.stop();
  await close();
}

console.log('| engine | append → handler p50 ms | p95 | p99 | events/s | events/s with one statement each |');
console.log('|---|---|---|---|---|---|');
for (const engine of ENGINES) if (only === undefined || only === engine.name) await bench(engine);
