/** What is computed from facts that last, and can be computed anew: named, versioned, rebuildable. */
import { AppError, defaultTenantId, type Clock, type Job, type Projection } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import type { EventAppender } from './port.ts';
import { listProjectionStates, saveProjectionState } from './projection-store.ts';

export interface ProjectionReport {
  name: string;
  /** Of the code. */
  version: number;
  /** Of what is stored; `null` where nothing is yet. */
  storedVersion: number | null;
  rebuiltAt: string | null;
}

export interface Projections {
  list(): Promise<ProjectionReport[]>;
  /** Computes it anew; readers see the old figures until the new ones are whole. Throws `AppError('not_found')`. */
  rebuild(name: string, by: string): Promise<ProjectionReport>;
  /** At the start: rebuilds what an earlier version of the code made. */
  readonly job: Job;
}

export interface ProjectionInputs {
  database: Database;
  clock: Clock;
  log: Log;
  events: EventAppender;
  projections: readonly Projection[];
}

const RETRY_MS = 10_000;

export function createProjections(inputs: ProjectionInputs): Projections {
  const { database, clock, events, projections } = inputs;

  async function list(): Promise<ProjectionReport[]> {
    const stored = await database.asRole('operator', (tx) => listProjectionStates(tx));
    return projections.map(({ name, version }) => {
      const state = stored.find((known) => known.name === name);
      return { name, version, storedVersion: state?.version ?? null, rebuiltAt: state?.rebuiltAt ?? null };
    });
  }

  async function rebuild(name: string, by: string): Promise<ProjectionReport> {
    const projection = projections.find((known) => known.name === name);
    if (projection === undefined) {
      const known = projections.map((one) => one.name).join(', ') || 'none';
      throw new AppError('not_found', { message: `There is no projection "${name}". Known: ${known}.` });
    }
    await projection.rebuild();
    const { version } = projection;
    const rebuiltAt = new Date(clock.now()).toISOString();
    await database.asRole('operator', async (tx) => {
      await saveProjectionState(tx, { name, version, rebuiltAt });
      await events.append(tx, {
        type: 'audit',
        tenantId: defaultTenantId,
        aggregate: { type: 'projection', id: name },
        data: {
          service: 'projections',
          action: 'rebuilt',
          actor: by === 'operator' || by === 'start' ? null : by,
          target: name,
          reason: by === 'start' ? `made by an earlier version than ${version}` : null,
        },
      });
    });
    return { name, version, storedVersion: version, rebuiltAt };
  }

  return { list, rebuild, job: createVersionJob(inputs, { list, rebuild }) };
}

/** A projection that nobody noted was made by the first version of its code. */
const FIRST_VERSION = 1;

function createVersionJob(inputs: ProjectionInputs, { list, rebuild }: Pick<Projections, 'list' | 'rebuild'>): Job {
  const { database, clock, log } = inputs;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function bringUp(): Promise<void> {
    for (const { name, version, storedVersion } of await list()) {
      if (stopped) return;
      if (version === storedVersion) continue;
      if (storedVersion === null && version === FIRST_VERSION) {
        await database.asRole('operator', (tx) => saveProjectionState(tx, { name, version, rebuiltAt: null }));
        continue;
      }
      log.info({ projection: name, version, storedVersion }, 'rebuilding a projection that an earlier version made');
      await rebuild(name, 'start');
    }
  }

  function start(): void {
    running = bringUp().catch((error: unknown) => {
      log.warn({ error }, 'projections could not be brought to this version; trying again');
      if (!stopped) cancel = clock.after(RETRY_MS, start);
    });
  }

  return {
    name: 'projection-versions',
    start,
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
