/** The only SQL on `user_sessions`. Every statement names the owner: row security knows the tenant alone. */
import { sql, type Selectable } from 'kysely';
import { asConversationId, type ConversationId, type KeyId, type PageRequest, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { CONVERSATION_BYTES_MAX, ENTRIES_MAX, MODELS_MAX, type Conversation } from './memory.ts';

type ConversationTables = {
  user_sessions: {
    id: string;
    tenant_id: string;
    owner: string;
    title: Uint8Array;
    models: readonly string[];
    entries: number;
    bytes: number;
    version: number;
    created_at: string;
    updated_at: string;
  };
};

/** As stored: the title is still sealed. */
export interface SealedConversation extends Omit<Conversation, 'title'> {
  sealedTitle: Uint8Array;
}

export interface NewConversation {
  id: ConversationId;
  tenantId: TenantId;
  owner: KeyId;
  sealedTitle: Uint8Array;
  models: readonly string[];
  nowMs: number;
}

export async function insertConversation(tx: Tx, conversation: NewConversation): Promise<SealedConversation> {
  const { id, tenantId, owner, sealedTitle, models, nowMs } = conversation;
  const now = toIso(nowMs);
  const row = {
    id,
    tenant_id: tenantId,
    owner,
    title: sealedTitle,
    models: [...models],
    entries: 0,
    bytes: 0,
    version: 1,
    created_at: now,
    updated_at: now,
  };
  return toConversation(
    await tables(tx).insertInto('user_sessions').values(row).returningAll().executeTakeFirstOrThrow(),
  );
}

export async function countConversations(tx: Tx, owner: KeyId): Promise<number> {
  const query = tables(tx)
    .selectFrom('user_sessions')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('owner', '=', owner);
  return Number((await query.executeTakeFirstOrThrow()).count);
}

/** The owner's conversations, the newest answer first; one more than the page holds. */
export async function listConversations(tx: Tx, owner: KeyId, page: PageRequest): Promise<SealedConversation[]> {
  const [updatedAt, id] = page.after ?? [];
  let query = tables(tx).selectFrom('user_sessions').selectAll().where('owner', '=', owner);
  if (updatedAt !== undefined && id !== undefined) {
    query = query.where((eb) => eb(eb.refTuple('updated_at', 'id'), '<', eb.tuple(updatedAt, id)));
  }
  const rows = await query
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  return rows.map(toConversation);
}

export async function findConversation(tx: Tx, owner: KeyId, id: ConversationId): Promise<SealedConversation | null> {
  const query = tables(tx).selectFrom('user_sessions').selectAll().where('owner', '=', owner).where('id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : toConversation(row);
}

interface Seen {
  owner: KeyId;
  id: ConversationId;
  /** The version that the caller saw: with another one nothing is changed. */
  version: number;
}

export interface Rename extends Seen {
  sealedTitle: Uint8Array;
}

/** `null` where nothing fits; `findConversation` then tells why. */
export async function updateTitle(
  tx: Tx,
  { owner, id, version, sealedTitle }: Rename,
): Promise<SealedConversation | null> {
  const row = await tables(tx)
    .updateTable('user_sessions')
    .set((eb) => ({ title: sealedTitle, version: eb('version', '+', 1) }))
    .where('owner', '=', owner)
    .where('id', '=', id)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toConversation(row);
}

export interface Growth extends Seen {
  /** Of the entry that comes, sealed. */
  bytes: number;
  /** Noted among the conversation's models; where they are full the oldest makes room. */
  model: string | null;
  nowMs: number;
}

/** Makes room for one entry, and holds the row until it is there; `null` where nothing fits or it is full. */
export async function growConversation(tx: Tx, growth: Growth): Promise<SealedConversation | null> {
  const { owner, id, version, bytes, model, nowMs } = growth;
  const row = await tables(tx)
    .updateTable('user_sessions')
    .set((eb) => ({
      entries: eb('entries', '+', 1),
      bytes: eb('bytes', '+', bytes),
      version: eb('version', '+', 1),
      updated_at: toIso(nowMs),
      models: sql<readonly string[]>`case when ${model}::text is null or ${model} = any(models) then models
        else (array_append(models, ${model}))[cardinality(models) + 2 - ${MODELS_MAX}::int:] end`,
    }))
    .where('owner', '=', owner)
    .where('id', '=', id)
    .where('version', '=', version)
    .where('entries', '<', ENTRIES_MAX)
    .where('bytes', '<=', CONVERSATION_BYTES_MAX - bytes)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toConversation(row);
}

/** False where there was none. */
export async function deleteConversation(tx: Tx, owner: KeyId, id: ConversationId): Promise<boolean> {
  const query = tables(tx).deleteFrom('user_sessions').where('owner', '=', owner).where('id', '=', id);
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}

/** Removes all that an owner has; the answer names what went. */
export async function deleteConversationsOf(tx: Tx, owner: string): Promise<ConversationId[]> {
  const query = tables(tx).deleteFrom('user_sessions').where('owner', '=', owner).returning('id');
  return (await query.execute()).map(({ id }) => asConversationId(id));
}

const tables = (tx: Tx) => tx.withTables<ConversationTables>();

function toConversation(row: Selectable<ConversationTables['user_sessions']>): SealedConversation {
  return {
    id: asConversationId(row.id),
    sealedTitle: row.title,
    models: row.models,
    entries: row.entries,
    bytes: row.bytes,
    version: row.version,
    createdAtMs: Date.parse(row.created_at),
    updatedAtMs: Date.parse(row.updated_at),
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
