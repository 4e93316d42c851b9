/** The only SQL on `user_session_entry`. Callers have shown before that the conversation is the owner's. */
import type { Selectable } from 'kysely';
import { asEntryId, type ConversationId, type EntryId, type PageRequest, type TenantId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import type { Entry, EntryRole } from './memory.ts';

type EntryTables = {
  user_session_entry: {
    id: string;
    tenant_id: string;
    session_id: string;
    parent_id: string | null;
    role: string;
    content: Uint8Array;
    size: number;
    model: string | null;
    receipt_id: string | null;
    created_at: string;
  };
};

/** As stored: what it says is still sealed. */
export interface SealedEntry extends Omit<Entry, 'content'> {
  sealed: Uint8Array;
}

export async function insertEntry(
  tx: Tx,
  conversation: { tenantId: TenantId; id: ConversationId },
  entry: SealedEntry,
): Promise<void> {
  const values = {
    id: entry.id,
    tenant_id: conversation.tenantId,
    session_id: conversation.id,
    parent_id: entry.parentId,
    role: entry.role,
    content: entry.sealed,
    size: entry.sealed.length,
    model: entry.model,
    receipt_id: entry.receiptId,
    created_at: new Date(entry.createdAtMs).toISOString(),
  };
  await tables(tx).insertInto('user_session_entry').values(values).execute();
}

export async function hasEntry(tx: Tx, conversationId: ConversationId, id: EntryId): Promise<boolean> {
  const query = tables(tx).selectFrom('user_session_entry').select('id').where('session_id', '=', conversationId);
  return (await query.where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Of a page: how many entries, and how many sealed bytes, whichever comes first; never fewer than one entry. */
export interface EntryPage extends PageRequest {
  bytesMax: number;
}

export interface EntryBatch {
  entries: SealedEntry[];
  /** Others follow. */
  more: boolean;
}

/**
 * A conversation's entries in the order in which they came. Those that would not fit are not read, so that memory stays
 * bounded whatever the entries weigh.
 */
export async function listEntries(
  tx: Tx,
  conversationId: ConversationId,
  { limit, after, bytesMax }: EntryPage,
): Promise<EntryBatch> {
  const behind = after?.[0] ?? '';
  const sizes = await tables(tx)
    .selectFrom('user_session_entry')
    .select(['id', 'size'])
    .where('session_id', '=', conversationId)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const fitting = countFitting(sizes.slice(0, limit), bytesMax);
  const last = sizes[fitting - 1];
  if (last === undefined) return { entries: [], more: false };
  const rows = await tables(tx)
    .selectFrom('user_session_entry')
    .selectAll()
    .where('session_id', '=', conversationId)
    .where('id', '>', behind)
    .where('id', '<=', last.id)
    .orderBy('id')
    .execute();
  return { entries: rows.map(toEntry), more: fitting < sizes.length };
}

export async function deleteEntries(tx: Tx, conversationIds: readonly ConversationId[]): Promise<void> {
  if (conversationIds.length === 0) return;
  await tables(tx).deleteFrom('user_session_entry').where('session_id', 'in', conversationIds).execute();
}

const tables = (tx: Tx) => tx.withTables<EntryTables>();

function countFitting(sizes: readonly { size: number }[], bytesMax: number): number {
  let bytes = 0;
  const over = sizes.findIndex(({ size }, at) => {
    bytes += size;
    return bytes > bytesMax && at > 0;
  });
  return over === -1 ? sizes.length : over;
}

function toEntry(row: Selectable<EntryTables['user_session_entry']>): SealedEntry {
  return {
    id: asEntryId(row.id),
    parentId: row.parent_id === null ? null : asEntryId(row.parent_id),
    // Written by us alone, from an `EntryRole`.
    role: row.role as EntryRole,
    sealed: row.content,
    model: row.model,
    receiptId: row.receipt_id,
    createdAtMs: Date.parse(row.created_at),
  };
}
