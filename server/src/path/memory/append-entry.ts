/** Adds one turn to a conversation, at any place of its tree: after the last one, or as a branch beside others. */
import { AppError, type ConversationId, type Scope } from '#kernel';
import { growConversation } from './conversation-store.ts';
import { hasEntry, insertEntry } from './entry-store.ts';
import { openTitle, refuseChange, requireConversation, type MemoryDeps } from './keep-conversations.ts';
import {
  CONVERSATION_BYTES_MAX,
  ENTRIES_MAX,
  ENTRY_BYTES_MAX,
  ownerOf,
  type Conversation,
  type Entry,
} from './memory.ts';
import { sealText } from './seal-content.ts';

export interface EntryWish extends Pick<Entry, 'parentId' | 'role' | 'content' | 'model' | 'receiptId'> {
  conversationId: ConversationId;
  /** The conversation's version that the caller saw. */
  version: number;
}

/**
 * Throws `AppError`: `not_found`; `conflict` where another change came first or the conversation is full;
 * `body_too_large` past 1 MiB; `invalid_request` for a parent that is not there.
 */
export async function appendEntry(
  deps: MemoryDeps,
  scope: Scope,
  wish: EntryWish,
): Promise<{ entry: Entry; conversation: Conversation }> {
  const { conversationId, version, ...said } = wish;
  const text = JSON.stringify(said.content);
  if (Buffer.byteLength(text) > ENTRY_BYTES_MAX) {
    throw new AppError('body_too_large', { message: 'An entry holds at most 1 MiB, attachments included.' });
  }
  // Before the transaction: a key of Vault may be a round trip away.
  const sealed = await sealText(deps.secrets, scope, text);
  const nowMs = deps.clock.now();
  const entry: Entry = { ...said, id: deps.ids.next('entry'), createdAtMs: nowMs };
  const stored = await deps.database.forTenant(scope, async (tx) => {
    const growth = { owner: ownerOf(scope), id: conversationId, version, bytes: sealed.length, nowMs };
    const grown = await growConversation(tx, { ...growth, model: said.model });
    if (grown === null) {
      const found = await requireConversation(tx, scope, conversationId);
      return found.version === version ? refuseMore() : refuseChange(found, version);
    }
    if (said.parentId !== null && !(await hasEntry(tx, conversationId, said.parentId))) {
      throw new AppError('invalid_request', { message: '"parent_id" is no entry of this.', param: 'parent_id' });
    }
    await insertEntry(tx, { tenantId: scope.tenantId, id: conversationId }, { ...entry, sealed });
    return grown;
  });
  return { entry, conversation: await openTitle(deps, scope, stored) };
}

function refuseMore(): never {
  const megabytes = CONVERSATION_BYTES_MAX / 1024 / 1024;
  throw new AppError('conflict', {
    message: `The conversation is full (${ENTRIES_MAX} entries or ${megabytes} MiB). Begin another one.`,
  });
}
