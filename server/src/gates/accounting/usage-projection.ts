/** Usage as a projection of receipts: read by cursor for each writer, added up, written in one transaction. */
import {
  clearCursors,
  lockProjection,
  readCursors,
  saveCursors,
  summariseReceipts,
  summariseTags,
  type SummedPart,
  type WriterCursors,
} from '#audit';
import type { Clock, Job, Projection } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { addTagUsage, addUsage, clearTagUsage, clearUsage } from './usage-store.ts';

const INTERVAL_MS = 10_000;

export interface UsageProjection extends Job, Projection {
  /** Adds every receipt that the database holds now. */
  catchUp(): Promise<void>;
}

/** What is made of receipts, and where it is kept. */
interface UsageTable<Sums> {
  name: string;
  /** Of what the sums mean; a start with a higher one rebuilds them. */
  version: number;
  summarise(tx: Tx, cursors: WriterCursors): Promise<SummedPart<Sums>>;
  add(tx: Tx, sums: readonly Sums[]): Promise<void>;
  clear(tx: Tx): Promise<void>;
}

interface ProjectionDeps {
  database: Database;
  clock: Clock;
  log: Log;
}

/** Sums by day, key and model. */
export function createUsageProjection(deps: ProjectionDeps): UsageProjection {
  const table = { summarise: summariseReceipts, add: addUsage, clear: clearUsage };
  return createProjection({ name: 'usage', version: 1, ...table }, deps);
}

/** The same for each tag. */
export function createTagUsageProjection(deps: ProjectionDeps): UsageProjection {
  const table = { summarise: summariseTags, add: addTagUsage, clear: clearTagUsage };
  return createProjection({ name: 'usage-tags', version: 1, ...table }, deps);
}

function createProjection<Sums>(table: UsageTable<Sums>, { database, clock, log }: ProjectionDeps): UsageProjection {
  const { name } = table;
  let running: Promise<void> = Promise.resolve();
  let cancelTimer: (() => void) | null = null;

  const project = (first: (tx: Tx) => Promise<void>): Promise<void> =>
    database.asRole('projector', async (tx) => {
      await lockProjection(tx, name);
      await first(tx);
      let part: SummedPart<Sums> = { sums: [], cursors: await readCursors(tx, name), isMore: true };
      while (part.isMore) {
        part = await table.summarise(tx, part.cursors);
        await table.add(tx, part.sums);
      }
      await saveCursors(tx, name, part.cursors);
    });

  const inLine = (work: () => Promise<void>): Promise<void> => {
    const next = running.then(work);
    running = next.catch(() => undefined); // The caller of `next` hears of it; the line only keeps the order.
    return next;
  };
  const catchUp = (): Promise<void> => inLine(() => project(async () => undefined));
  const startOver = async (tx: Tx): Promise<void> => {
    await table.clear(tx);
    await clearCursors(tx, name);
  };

  const tick = (): void => {
    catchUp()
      .catch((error: unknown) => log.warn({ error: String(error) }, `${name} is behind: the database does not answer`))
      .finally(() => {
        if (cancelTimer !== null) cancelTimer = clock.after(INTERVAL_MS, tick);
      });
  };

  return {
    name,
    version: table.version,
    catchUp,
    rebuild: () => inLine(() => project(startOver)),
    start() {
      cancelTimer = clock.after(INTERVAL_MS, tick);
    },
    async stop() {
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
}
