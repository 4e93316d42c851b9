/**
 * Looks for a text in the owner's conversations by opening them one after the other. There is no index to keep, and so
 * none to leak; the price is that one request looks through a bounded part and says where to go on.
 */
import type { ConversationId, PageRequest, Scope } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import { listConversations, type SealedConversation } from './conversation-store.ts';
import { listEntries, type EntryBatch, type EntryPage } from './entry-store.ts';
import { openTitle, type MemoryDeps } from './keep-conversations.ts';
import { ownerOf, readText, type Conversation, type Entry } from './memory.ts';
import { openContent } from './seal-content.ts';

export interface Match {
  /** `null`: in the title. */
  entryId: Entry['id'] | null;
  /** What stands around it. */
  snippet: string;
}

export interface Found {
  hits: { conversation: Conversation; match: Match }[];
  /** The last conversation that was looked through, where older ones are left; `null` where none is. */
  stoppedAt: Conversation | null;
}

const CONVERSATIONS_AT_A_TIME = 50;
const ENTRIES_AT_A_TIME = 100;
const BYTES_AT_A_TIME = 1024 * 1024;
/** What one request opens; the conversation that passes it is looked through to its end. */
const BYTES_PER_SEARCH = 16 * 1024 * 1024;
const SNIPPET_AROUND = 60;

/** The newest conversations behind `page.after` that hold the text, upper or lower case alike, up to `page.limit` of them. */
export async function searchConversations(
  deps: MemoryDeps,
  scope: Scope,
  { text, page }: { text: string; page: PageRequest },
): Promise<Found> {
  const wanted = fold(text);
  const hits: Found['hits'] = [];
  let bytes = 0;
  for await (const { conversation, last } of walkConversations(deps, scope, page.after)) {
    const match =
      matchText(conversation.title, wanted, null) ?? (await matchEntries(deps, scope, conversation.id, wanted));
    if (match !== null) hits.push({ conversation, match });
    bytes += conversation.bytes;
    const enough = hits.length >= page.limit || bytes >= BYTES_PER_SEARCH;
    if (enough) return { hits, stoppedAt: last ? null : conversation };
  }
  return { hits, stoppedAt: null };
}

/** The cursor of a listing that ends with this conversation. */
export function sortKeyOf({ updatedAtMs, id }: Pick<Conversation, 'updatedAtMs' | 'id'>): readonly [string, string] {
  return [new Date(updatedAtMs).toISOString(), id];
}

async function* walkConversations(
  deps: MemoryDeps,
  scope: Scope,
  start: PageRequest['after'],
): AsyncGenerator<{ conversation: Conversation; last: boolean }> {
  const limit = CONVERSATIONS_AT_A_TIME;
  for (let after = start; ;) {
    const page = { limit, after };
    const rows = await deps.database.forTenant(scope, (tx) => listConversations(tx, ownerOf(scope), page));
    const shown: SealedConversation[] = rows.slice(0, limit);
    for (const row of shown) {
      yield { conversation: await openTitle(deps, scope, row), last: row === rows.at(-1) };
    }
    const lastShown = shown.at(-1);
    if (rows.length <= limit || lastShown === undefined) return;
    after = sortKeyOf(lastShown);
  }
}

async function matchEntries(deps: MemoryDeps, scope: Scope, id: ConversationId, wanted: string): Promise<Match | null> {
  let after: EntryPage['after'] = null;
  for (;;) {
    const { entries, more }: EntryBatch = await readSealed(deps.database, scope, id, after);
    for (const { id: entryId, sealed } of entries) {
      const match = matchText(readText(await openContent(deps.secrets, scope, sealed)), wanted, entryId);
      if (match !== null) return match;
    }
    const last = entries.at(-1);
    if (!more || last === undefined) return null;
    after = [last.id];
  }
}

/** One batch, in a transaction of its own: a search holds none while it opens what it read. */
function readSealed(
  database: Database,
  scope: Scope,
  id: ConversationId,
  after: EntryPage['after'],
): Promise<EntryBatch> {
  const page = { limit: ENTRIES_AT_A_TIME, bytesMax: BYTES_AT_A_TIME, after };
  return database.forTenant(scope, (tx) => listEntries(tx, id, page));
}

function matchText(text: string, wanted: string, entryId: Match['entryId']): Match | null {
  const at = fold(text).indexOf(wanted);
  if (at === -1) return null;
  // Folding may change lengths by a little, so the place is near and not exact; a snippet needs no more.
  const start = Math.max(at - SNIPPET_AROUND, 0);
  const end = at + wanted.length + SNIPPET_AROUND;
  const middle = text.slice(start, end).replaceAll(/\s+/g, ' ').toWellFormed();
  return { entryId, snippet: `${start > 0 ? '…' : ''}${middle}${end < text.length ? '…' : ''}` };
}

/** No script stacks so many marks on a letter; to put a long run of them in order takes time with its square. */
const MARKS_BEYOND = /(\p{M}{16})\p{M}+/gu;

function fold(text: string): string {
  return text.replaceAll(MARKS_BEYOND, '$1').normalize('NFKC').toLowerCase();
}
