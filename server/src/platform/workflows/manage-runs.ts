/** What people and rooms do with runs from outside. */
import type { Clock } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Workflows } from './port.ts';
import { discardDead, findRun, listRuns, requeueDead, stopRun, wakeRun } from './run-store.ts';
import { hasUndone, insertMessage, rewindFailure } from './step-store.ts';

export type ManagedRuns = Pick<Workflows, 'send' | 'list' | 'find' | 'cancel' | 'replay' | 'discard'>;

export function manageRuns(database: Database, clock: Clock): ManagedRuns {
  return {
    async send(tx, { workflowId, dedupeKey = null, ...message }) {
      const nowMs = clock.now();
      if (await insertMessage(tx, { ...message, workflowId, dedupeKey }, nowMs)) await wakeRun(tx, workflowId, nowMs);
    },
    list: (scope, page, filter) => database.forTenant(scope, (tx) => listRuns(tx, page, filter)),
    find: (scope, id) => database.forTenant(scope, (tx) => findRun(tx, id)),
    cancel: (scope, id) => database.forTenant(scope, (tx) => stopRun(tx, id, clock.now())),
    replay: (scope, id) =>
      database.forTenant(scope, async (tx) => {
        if (await hasUndone(tx, id)) return 'undone';
        if (!(await requeueDead(tx, id, clock.now()))) return 'no-dead-letter';
        await rewindFailure(tx, id);
        return 'replayed';
      }),
    discard: (scope, id) => database.forTenant(scope, (tx) => discardDead(tx, id, clock.now())),
  };
}
