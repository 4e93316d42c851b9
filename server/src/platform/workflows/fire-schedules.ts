/** Starts what is to start by the clock. Of many workers one fires; what was missed while none ran fires once. */
import { defaultTenantId, type Clock } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Schedule } from './cron.ts';
import type { StartRequest } from './port.ts';
import type { NewRun } from './run-records.ts';
import { insertRun } from './run-store.ts';
import type { AnyDefinition } from './work-on-runs.ts';
import { claimFiring, ensureSchedule } from './worker-store.ts';

interface SchedulerDeps {
  database: Database;
  clock: Clock;
  makeRun(definition: AnyDefinition, request: StartRequest<unknown>): NewRun;
}

export interface Scheduler {
  add(definition: AnyDefinition, schedule: Schedule): void;
  /** Fires what is due. Answers when the next one is, `null` where there is none. */
  fire(): Promise<number | null>;
}

/** What a run by schedule is given. */
export interface ScheduledInput {
  /** The instant it was meant for: RFC 3339, UTC. */
  scheduledFor: string;
}

export function createScheduler({ database, clock, makeRun }: SchedulerDeps): Scheduler {
  const entries: { definition: AnyDefinition; schedule: Schedule; nextMs: number | null }[] = [];

  async function fireOne(entry: (typeof entries)[number]): Promise<number> {
    const { definition, schedule } = entry;
    const nowMs = clock.now();
    const asOperator = database.asRole.bind(database, 'operator');
    const knownMs = entry.nextMs;
    const atMs =
      knownMs ?? schedule.next((await asOperator((tx) => ensureSchedule(tx, definition.name, nowMs))) as number);
    if (atMs <= nowMs) {
      const scheduledFor = new Date(atMs).toISOString();
      const input: ScheduledInput = { scheduledFor };
      const run = makeRun(definition, { tenantId: defaultTenantId, input, dedupeKey: scheduledFor });
      await asOperator(async (tx) => {
        if (await claimFiring(tx, definition.name, { atMs, nowMs })) await insertRun(tx, run);
      });
    }
    entry.nextMs = atMs <= nowMs ? schedule.next(nowMs) : atMs;
    return entry.nextMs;
  }

  return {
    add: (definition, schedule) => void entries.push({ definition, schedule, nextMs: null }),
    async fire() {
      let nextMs: number | null = null;
      for (const entry of entries) nextMs = Math.min(await fireOne(entry), nextMs ?? Infinity);
      return nextMs;
    },
  };
}
