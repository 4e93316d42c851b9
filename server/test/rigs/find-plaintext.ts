/** Looks for words in every row of every table, whatever the tables are: a store that comes later is looked at too. */
import type { Session } from '#platform/database/sessions.ts';

/** `table: word` for each table where a word stands in clear, in hex or in base64. `admin` reads everything. */
export async function findPlaintext(admin: Session, words: readonly string[]): Promise<string[]> {
  const { rows: tables } = await admin.query(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    for (const word of words) {
      const { rows } = await admin.query(
        `select 1 from "${name}" as row where ${spell(word)
          .map((_form, at) => `position($${at + 1} in row::text) > 0`)
          .join(' or ')} limit 1`,
        spell(word),
      );
      if (rows.length > 0) found.push(`${name}: ${word}`);
    }
  }
  return found;
}

/** The word itself, as `bytea` is shown, and in base64 at each of the three places it can begin. */
function spell(word: string): string[] {
  const bytes = Buffer.from(word);
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, text.length - 4);
  });
  return [word, bytes.toString('hex'), ...shifted];
}
