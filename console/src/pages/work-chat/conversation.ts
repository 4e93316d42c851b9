/** Conversations as the server keeps them, and what this page knows of them. */
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { ApiProblem, call, type Body, type Reply } from '#api';

export type Session = Reply<'GET /api/v1/sessions/{id}'>;
export type Entry = Reply<'GET /api/v1/sessions/{id}/entries'>['data'][number];
export type Part = Entry['parts'][number];
type EntryBody = Body<'POST /api/v1/sessions/{id}/entries'>;

export interface Conversation {
  session: Session;
  /** In the order in which they came: a parent stands before its children. */
  entries: readonly Entry[];
}

const TITLE_LENGTH_MAX = 80;
const TRIES_MAX = 4;

const listKey = ['chat', 'list'] as const;

/** The newest first; with a text only those that hold it, a part at a time. */
export function listQuery(text: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...listKey, text ?? ''],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call('GET /api/v1/sessions', {
        query: { limit: '40', after: pageParam, ...(text === undefined ? {} : { q: text }) },
        signal,
      }),
    getNextPageParam: ({ next }) => next,
  });
}

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: ['chat', 'conversation', id],
    queryFn: async ({ signal }): Promise<Conversation> => {
      // The session first: a change between the two is then noticed at the next append, and never overlooked.
      const session = await call('GET /api/v1/sessions/{id}', { params: { id }, signal });
      const entries: Entry[] = [];
      for (let after: string | null = ''; after !== null;) {
        const query: { limit: string; after: string } = { limit: '500', after };
        const page: Reply<'GET /api/v1/sessions/{id}/entries'> = await call('GET /api/v1/sessions/{id}/entries', {
          params: { id },
          query,
          signal,
        });
        entries.push(...page.data);
        after = page.next;
      }
      return { session, entries };
    },
  });
}

/** Begins a conversation that is called after its first words. */
export async function beginConversation(client: QueryClient, text: string, models: string[]): Promise<string> {
  // Without the marks of a heading or a list.
  const [line = ''] = text.replace(/^[\s#>*-]+/, '').split('\n');
  const title = line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1).toWellFormed()}…` : line;
  const session = await call('POST /api/v1/sessions', { body: { title, models: [...new Set(models)] } });
  client.setQueryData<Conversation>(conversationQuery(session.id).queryKey, { session, entries: [] });
  return session.id;
}

const lastAppends = new Map<string, Promise<unknown>>();

/**
 * Adds an entry behind what this window has seen, one at a time: two answers of one question are no conflict.
 * Throws `ApiProblem`, `conflict` where another window was first; the conversation is then read again.
 */
export function appendEntry(client: QueryClient, id: string, body: Omit<EntryBody, 'version'>): Promise<Entry> {
  const before = lastAppends.get(id) ?? Promise.resolve();
  const append = (): Promise<Entry> => appendNow(client, id, body);
  const appended = before.then(append, append);
  lastAppends.set(id, appended);
  return appended;
}

async function appendNow(client: QueryClient, id: string, body: Omit<EntryBody, 'version'>): Promise<Entry> {
  const { session } = await client.ensureQueryData(conversationQuery(id));
  try {
    const { version } = session;
    const added = await call('POST /api/v1/sessions/{id}/entries', { params: { id }, body: { ...body, version } });
    putEntry(client, added);
    return added.entry;
  } catch (error) {
    if (isConflict(error)) await rereadConversation(client, id);
    throw error;
  }
}

/** The same for an answer. It hangs on its question, so it stands well behind whatever another window added. */
export async function appendAnswer(client: QueryClient, id: string, body: Omit<EntryBody, 'version'>): Promise<Entry> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await appendEntry(client, id, body);
    } catch (error) {
      if (!isConflict(error) || tries === TRIES_MAX) throw error;
    }
  }
}

export async function renameConversation(client: QueryClient, session: Session, title: string): Promise<void> {
  const { id, version } = session;
  try {
    const renamed = await call('PATCH /api/v1/sessions/{id}', { params: { id }, body: { title, version } });
    client.setQueryData(conversationQuery(id).queryKey, (known) => known && { ...known, session: renamed });
  } finally {
    // After a conflict the list shows what the other window wrote.
    await client.invalidateQueries({ queryKey: listKey });
  }
}

export async function deleteConversation(client: QueryClient, id: string): Promise<void> {
  await call('DELETE /api/v1/sessions/{id}', { params: { id } });
  client.removeQueries({ queryKey: conversationQuery(id).queryKey });
  await client.invalidateQueries({ queryKey: listKey });
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}

function rereadConversation(client: QueryClient, id: string): Promise<Conversation> {
  return client.fetchQuery({ ...conversationQuery(id), staleTime: 0 });
}

function putEntry(client: QueryClient, { entry, session }: Reply<'POST /api/v1/sessions/{id}/entries'>): void {
  const key = conversationQuery(session.id).queryKey;
  client.setQueryData<Conversation>(key, (known) => ({ session, entries: [...(known?.entries ?? []), entry] }));
  void client.invalidateQueries({ queryKey: listKey });
}
