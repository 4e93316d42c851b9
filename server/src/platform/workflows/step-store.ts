/** The journal of runs, and the messages sent to them. */
import type { Generated } from 'kysely';
import type { TenantId, WorkflowId } from '#kernel';
import type { Tx } from '../database/port.ts';

/** `undo`: a compensation; `stop`: here the run was told to end. */
export type StepKind = 'step' | 'undo' | 'sleep' | 'message' | 'stop';

export interface StepRecord {
  seq: number;
  kind: StepKind;
  name: string;
  output: unknown;
  /** Why it failed; `null` where it did not. */
  reason: string | null;
  /** False while a wait goes on. */
  finished: boolean;
}

export interface JournalOwner {
  id: WorkflowId;
  tenantId: TenantId;
}

type StepTables = {
  workflow_step: {
    run_id: string;
    seq: number;
    tenant_id: string;
    kind: string;
    name: string;
    output: unknown;
    reason: string | null;
    finished_at: string | null;
  };
  workflow_message: {
    id: Generated<number>;
    run_id: string;
    tenant_id: string;
    topic: string;
    body: unknown;
    dedupe_key: string | null;
    taken: Generated<boolean>;
    sent_at: string;
  };
};

export async function listSteps(tx: Tx, id: WorkflowId): Promise<StepRecord[]> {
  const rows = await tables(tx)
    .selectFrom('workflow_step')
    .selectAll()
    .where('run_id', '=', id)
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, kind, name, output, reason, finished_at: at }) => ({
    seq,
    // Only this file writes kinds.
    kind: kind as StepKind,
    name,
    output,
    reason,
    finished: at !== null,
  }));
}

/** Writes a step, over the unfinished wait that may stand there. `output` becomes JSON. */
export async function writeStep(tx: Tx, owner: JournalOwner, step: StepRecord, nowMs: number): Promise<void> {
  const row = {
    kind: step.kind,
    name: step.name,
    output: toJson(step.output),
    reason: step.reason,
    finished_at: step.finished ? new Date(nowMs).toISOString() : null,
  };
  await tables(tx)
    .insertInto('workflow_step')
    .values({ run_id: owner.id, seq: step.seq, tenant_id: owner.tenantId, ...row })
    .onConflict((conflict) => conflict.columns(['run_id', 'seq']).doUpdateSet(row))
    .execute();
}

/** Whether steps of the run were taken back: then what stands in its journal is not true any more. */
export async function hasUndone(tx: Tx, id: WorkflowId): Promise<boolean> {
  return (await listSteps(tx, id)).some(({ kind }) => kind === 'undo');
}

/** Forgets the first failed step and what followed it, so that it is done again. */
export async function rewindFailure(tx: Tx, id: WorkflowId): Promise<void> {
  const failed = (await listSteps(tx, id)).find(({ kind, reason }) => reason !== null || kind === 'stop');
  if (failed === undefined) return;
  await tables(tx).deleteFrom('workflow_step').where('run_id', '=', id).where('seq', '>=', failed.seq).execute();
}

export interface SentMessage {
  tenantId: TenantId;
  workflowId: WorkflowId;
  topic: string;
  body: unknown;
  dedupeKey: string | null;
}

/** False where a message with its key is there already. */
export async function insertMessage(tx: Tx, message: SentMessage, nowMs: number): Promise<boolean> {
  const row = {
    run_id: message.workflowId,
    tenant_id: message.tenantId,
    topic: message.topic,
    body: toJson(message.body),
    dedupe_key: message.dedupeKey,
    sent_at: new Date(nowMs).toISOString(),
  };
  const inserted = await tables(tx)
    .insertInto('workflow_message')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'dedupe_key']).where('dedupe_key', 'is not', null).doNothing(),
    )
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Takes the oldest message of the topic; `null` where none waits. */
export async function takeMessage(tx: Tx, id: WorkflowId, topic: string): Promise<{ body: unknown } | null> {
  const oldest = await tables(tx)
    .selectFrom('workflow_message')
    .select(['id', 'body'])
    .where('run_id', '=', id)
    .where('topic', '=', topic)
    .where('taken', '=', false)
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (oldest === undefined) return null;
  await tables(tx).updateTable('workflow_message').set({ taken: true }).where('id', '=', oldest.id).execute();
  return { body: oldest.body };
}

/** Whether a message of one of the topics waits. */
export async function hasMessage(tx: Tx, id: WorkflowId, topics: readonly string[]): Promise<boolean> {
  if (topics.length === 0) return false;
  const found = await tables(tx)
    .selectFrom('workflow_message')
    .select('id')
    .where('run_id', '=', id)
    .where('topic', 'in', [...topics])
    .where('taken', '=', false)
    .limit(1)
    .execute();
  return found.length > 0;
}

/** Deletes what belonged to runs that are gone. */
export async function deleteJournals(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tables(tx)
    .deleteFrom('workflow_step')
    .where('run_id', 'in', [...ids])
    .execute();
  await tables(tx)
    .deleteFrom('workflow_message')
    .where('run_id', 'in', [...ids])
    .execute();
}

/** JSON text, since a plain array would become an SQL array. */
function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

const tables = (tx: Tx) => tx.withTables<StepTables>();
