/** Makes, reads, renames and removes an owner's conversations. Whoever is not the owner is told that there is none. */
import { AppError, type Clock, type ConversationId, type IdSource, type PageRequest, type Scope } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import {
  countConversations,
  deleteConversation,
  deleteConversationsOf,
  findConversation,
  insertConversation,
  listConversations,
  updateTitle,
  type SealedConversation,
} from './conversation-store.ts';
import { deleteEntries, listEntries } from './entry-store.ts';
import { CONVERSATIONS_MAX, ownerOf, type Conversation, type Entry } from './memory.ts';
import { openContent, openText, sealText, type Sealer } from './seal-content.ts';

export interface MemoryDeps {
  database: Database;
  secrets: Sealer;
  clock: Clock;
  ids: IdSource;
}

/** So much of a conversation is read and opened at a time. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

/** Throws `AppError('conflict')` where the owner has as many as anybody may have. */
export async function createConversation(
  deps: MemoryDeps,
  scope: Scope,
  { title, models }: Pick<Conversation, 'title' | 'models'>,
): Promise<Conversation> {
  const owner = ownerOf(scope);
  const sealedTitle = await sealText(deps.secrets, scope, title);
  const id = deps.ids.next('conversation');
  const stored = await deps.database.forTenant(scope, async (tx) => {
    if ((await countConversations(tx, owner)) >= CONVERSATIONS_MAX) {
      throw new AppError('conflict', { message: `There are ${CONVERSATIONS_MAX} conversations: delete some first.` });
    }
    const { tenantId } = scope;
    return insertConversation(tx, { id, tenantId, owner, sealedTitle, models, nowMs: deps.clock.now() });
  });
  return openTitle(deps, scope, stored);
}

/** Up to one more than the page holds, the newest answer first. */
export async function readConversations(deps: MemoryDeps, scope: Scope, page: PageRequest): Promise<Conversation[]> {
  const rows = await deps.database.forTenant(scope, (tx) => listConversations(tx, ownerOf(scope), page));
  return Promise.all(rows.map((row) => openTitle(deps, scope, row)));
}

/** Throws `AppError('not_found')`. */
export async function readConversation(deps: MemoryDeps, scope: Scope, id: ConversationId): Promise<Conversation> {
  const row = await deps.database.forTenant(scope, (tx) => requireConversation(tx, scope, id));
  return openTitle(deps, scope, row);
}

/** As many entries as fit into one page, in the order in which they came. Throws `AppError('not_found')`. */
export async function readEntries(
  deps: MemoryDeps,
  scope: Scope,
  { id, page }: { id: ConversationId; page: PageRequest },
): Promise<{ entries: Entry[]; more: boolean }> {
  const { entries, more } = await deps.database.forTenant(scope, async (tx) => {
    await requireConversation(tx, scope, id);
    return listEntries(tx, id, { ...page, bytesMax: PAGE_BYTES_MAX });
  });
  const opened = entries.map(async ({ sealed, ...entry }) => ({
    ...entry,
    content: await openContent(deps.secrets, scope, sealed),
  }));
  return { entries: await Promise.all(opened), more };
}

/** Throws `AppError`: `not_found`, or `conflict` where another change came first. */
export async function renameConversation(
  deps: MemoryDeps,
  scope: Scope,
  { id, version, title }: { id: ConversationId; version: number; title: string },
): Promise<Conversation> {
  const sealedTitle = await sealText(deps.secrets, scope, title);
  const stored = await deps.database.forTenant(scope, async (tx) => {
    const renamed = await updateTitle(tx, { owner: ownerOf(scope), id, version, sealedTitle });
    return renamed ?? refuseChange(await requireConversation(tx, scope, id), version);
  });
  return openTitle(deps, scope, stored);
}

/** Removes it with all its entries. Throws `AppError('not_found')`. */
export async function removeConversation(deps: MemoryDeps, scope: Scope, id: ConversationId): Promise<void> {
  await deps.database.forTenant(scope, async (tx) => {
    if (!(await deleteConversation(tx, ownerOf(scope), id))) throw unknownConversation();
    await deleteEntries(tx, [id]);
  });
}

/** Removes what an owner leaves behind whom nobody can be any more: no key opens it again. */
export async function forgetOwner(tx: Tx, owner: string): Promise<void> {
  await deleteEntries(tx, await deleteConversationsOf(tx, owner));
}

export async function openTitle(
  { secrets }: Pick<MemoryDeps, 'secrets'>,
  scope: Scope,
  { sealedTitle, ...rest }: SealedConversation,
): Promise<Conversation> {
  return { ...rest, title: await openText(secrets, scope, sealedTitle) };
}

export async function requireConversation(tx: Tx, scope: Scope, id: ConversationId): Promise<SealedConversation> {
  const found = await findConversation(tx, ownerOf(scope), id);
  if (found === null) throw unknownConversation();
  return found;
}

/** Two windows changed the same conversation: the second hears of it, and nothing is lost. */
export function refuseChange({ version: newest }: SealedConversation, seen: number): never {
  throw new AppError('conflict', {
    message: `The conversation was changed elsewhere: it is at version ${newest}, not ${seen}. Read it again.`,
    param: 'version',
  });
}

function unknownConversation(): AppError {
  return new AppError('not_found', { message: 'There is no such conversation.' });
}
