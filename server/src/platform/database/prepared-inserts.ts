import type { PoolClient } from 'pg';
import { type Connect, type NameStatement, sessionOver } from './sessions.ts';

/** So often an insert has to come before it is prepared: one of many rows has a text of its own for each number of them. */
const OFTEN = 20;
/** Each takes some tens of KB of the engine's memory. */
const PREPARED_MAX = 32;
const COUNTED_MAX = 500;

/**
 * Lends the sessions of `connect`; inserts that come often are parsed and planned once for each of them, which takes a
 * quarter off a small batch. Only inserts: the best plan of a query may depend on its values. Only for sessions of one's
 * own: a pooler between would not know the prepared statement.
 */
export function preparingInserts(connect: () => Promise<PoolClient>): Connect {
  const names = createNames();
  const nameInsert: NameStatement = (text, values) =>
    values.length > 0 && text.trimStart().startsWith('insert') ? names.find(text) : undefined;
  return async () => sessionOver(await connect(), nameInsert);
}

/** Gives a name to each text that was asked for often enough, as long as there is room. */
function createNames(): { find(text: string): string | undefined } {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return {
    find(text) {
      const name = names.get(text);
      if (name !== undefined) return name;
      if (names.size === PREPARED_MAX) return undefined;
      const count = (counts.get(text) ?? 0) + 1;
      if (counts.size >= COUNTED_MAX) counts.clear();
      counts.set(text, count);
      if (count < OFTEN) return undefined;
      counts.delete(text);
      const made = `insert_${names.size}`;
      names.set(text, made);
      return made;
    },
  };
}
