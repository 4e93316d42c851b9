/** Fills an embedded store in minutes with what would take a day of calls. */
import { sql } from 'kysely';
import { lockDataFolder } from '../../src/platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../../src/platform/database/pglite-database.ts';

const BATCH = 50_000;
const WRITER = `wri_${'0'.repeat(26)}`;
/** How many of the newest real receipts are copied, in turn. */
const TEMPLATES = 100;

/**
 * Stores `count` copies of the real receipts, spread over the running month, under a writer of their own. The server must
 * be down and have made a receipt before. They count for speed only: their chain does not verify.
 */
export async function fillReceipts(dataDir: string, count: number): Promise<void> {
  const lock = lockDataFolder(dataDir);
  const database = await openPgliteDatabase({ lock });
  for (let from = 1; from <= count; from += BATCH) {
    const to = Math.min(count, from + BATCH - 1);
    await database.asRole('projector', (tx) => insertCopies(from, to, count).execute(tx), { sync: false });
  }
  await database.close();
  lock.release();
}

function insertCopies(from: number, to: number, count: number) {
  return sql`
    insert into receipt (id, tenant_id, created_at, key_id, status, provider, model_id, prompt_tokens,
      completion_tokens, cost_nanos, latency_ms, writer_id, seq, hash, body, tags)
    select id, tenant_id, created_at, key_id, status, provider, model_id, prompt_tokens,
      completion_tokens, cost_nanos, latency_ms, ${WRITER}, n, md5(n::text) || md5(template), body || jsonb_build_object(
        'seq', n, 'writer_id', ${WRITER}::text, 'id', id,
        'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), tags
    from (select tenant_id, key_id, status, provider, model_id, prompt_tokens, completion_tokens, cost_nanos, latency_ms,
        body, tags, t.id as template, 'rcp_' || lpad(to_hex(n), 26, '0') as id, n, date_trunc('milliseconds',
          date_trunc('month', now()) + (now() - date_trunc('month', now())) * (n::float8 / ${count + 1})) as created_at
      from (select *, row_number() over () - 1 as place, count(*) over () as many
          from (select * from receipt where writer_id <> ${WRITER} order by created_at desc limit ${TEMPLATES}) newest) t
        join generate_series(${from}::bigint, ${to}::bigint) n on n % t.many = t.place) copies`;
}
