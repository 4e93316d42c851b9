/** What people see of runs as a whole: how much waits and runs, and which failed. */
import Type from 'typebox';
import {
  asWorkflowId,
  type Clock,
  type DeadLetterSource,
  type DeadLetterVerdict,
  type DeadLetterView,
  type LivePart,
  type Onlooker,
  type TenantId,
} from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import type { ManagedRuns } from './manage-runs.ts';
import type { WorkflowRun } from './port.ts';
import { countDead, readQueueFigures } from './run-figures-store.ts';
import { findRun, listRuns } from './run-store.ts';
import { listWorkers } from './worker-store.ts';

interface ShowDeps {
  database: Database;
  clock: Clock;
  managed: ManagedRuns;
}

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const FiguresSchema = Type.Object({
  queues: Type.Array(
    Type.Object({
      queue: Type.String(),
      running: Type.Integer(),
      due: Type.Integer(),
      waiting: Type.Integer(),
      oldest_due_ms: Nullable(Type.Integer()),
    }),
  ),
  dead_letters: Type.Integer(),
  /** Of the whole installation, those without a beat for long left out. */
  workers: Nullable(Type.Integer()),
});

export function createRunsPart({ database, clock }: ShowDeps): LivePart {
  return {
    name: 'workflows',
    schema: FiguresSchema,
    async read(onlooker) {
      return look(database, onlooker, async (tx) => {
        const queues = await readQueueFigures(tx, clock.now());
        return {
          queues: queues.map(({ oldestDueMs, ...counts }) => ({
            ...counts,
            oldest_due_ms: oldestDueMs === null ? null : Math.round(oldestDueMs),
          })),
          dead_letters: await countDead(tx),
          workers: onlooker.everything ? (await listWorkers(tx)).size : null,
        };
      });
    },
  };
}

/** Failed runs. Neither their input nor what their steps gave is shown: only the workflow's own API may do that. */
export function createDeadRuns({ database, managed }: ShowDeps): DeadLetterSource {
  async function findDead(onlooker: Onlooker, id: string): Promise<WorkflowRun | null> {
    const run = await look(database, onlooker, (tx) => findRun(tx, asWorkflowId(id)));
    return run?.state === 'failed' ? run : null;
  }
  return {
    name: 'workflows',
    idForm: /^wfl_[0-9a-z]{26}$/,
    async list(onlooker, { state, name, except }, { after, limit }) {
      // What was settled is a run like others: `/api/v1/workflows` has it.
      if (state !== 'open' || limit === 0) return [];
      const filter = {
        deadOnly: true,
        ...(name === null ? {} : { name }),
        ...(except === null ? {} : { exceptName: except }),
      };
      // The store takes one more than the page holds.
      const page = { after: after === '' ? null : [after], limit: limit - 1 };
      return (await look(database, onlooker, (tx) => listRuns(tx, page, filter))).map(toView);
    },
    async find(onlooker, id) {
      const run = await findDead(onlooker, id);
      return run === null ? null : toView(run);
    },
    async replay(onlooker, id) {
      const run = await findDead(onlooker, id);
      if (run === null) return 'unknown';
      const verdict = await managed.replay(run, run.id);
      return REPLAYED[verdict];
    },
    async discard(onlooker, id) {
      const run = await findDead(onlooker, id);
      if (run === null) return 'unknown';
      return (await managed.discard(run, run.id)) ? 'done' : 'settled';
    },
  };
}

const REPLAYED = { replayed: 'done', 'no-dead-letter': 'settled', undone: 'undone' } as const satisfies Record<
  string,
  DeadLetterVerdict
>;

/** Under the row security of the tenant, or over all of them. */
function look<T>(database: Database, { everything, tenantId }: Onlooker, read: (tx: Tx) => Promise<T>): Promise<T> {
  return everything ? database.asRole('operator', read) : database.forTenant({ tenantId }, read);
}

function toView(run: WorkflowRun & { tenantId: TenantId }): DeadLetterView {
  return {
    id: run.id,
    tenantId: run.tenantId,
    name: run.name,
    subject: null,
    reason: run.reason ?? '',
    attempts: null,
    createdAt: new Date(run.finishedAtMs ?? run.createdAtMs).toISOString(),
    state: 'open',
    settledAt: null,
    settledBy: null,
    note: null,
    detail: null,
  };
}
