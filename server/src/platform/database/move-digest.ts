/** What a table holds, as two figures that agree exactly where the rows do. */
import { createHash } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import type { CopySession } from './copy-rows.ts';
import type { MoveTable } from './move-catalogue.ts';
import { compareKey } from './move-tables.ts';

export interface TableDigest {
  rows: number;
  /** Lower-case hex; independent of the order of rows. */
  hash: string;
}

/**
 * Each database reckons it by itself: the SHA-256 of each row's text, added up, so that what a connection or a batch
 * might have changed on the way shows. `upTo` leaves out the rows behind that key.
 */
export async function digestTable(
  session: CopySession,
  table: MoveTable,
  upTo: readonly string[] = [],
): Promise<TableDigest> {
  const columns = table.columns.map(escapeIdentifier).join(', ');
  const where = upTo.length === 0 ? '' : `where ${compareKey(table, '<=', upTo)}`;
  const words = [1, 17, 33, 49].map((from) => `sum(('x' || substr(hash, ${from}, 16))::bit(64)::bigint)::text`);
  const { rows } = await session.query<{ rows: string; words: (string | null)[] }>(
    `select count(*)::text as rows, array[${words.join(', ')}] as words
     from (select encode(sha256(convert_to(row(${columns})::text, 'UTF8')), 'hex') as hash
           from ${escapeIdentifier(table.name)} ${where}) as hashed`,
  );
  const [found = { rows: '0', words: [] }] = rows;
  return {
    rows: Number(found.rows),
    hash: createHash('sha256')
      .update(`${found.rows} ${found.words.join(' ')}`)
      .digest('hex'),
  };
}
