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
    await database.asRole('projector', (tx) => insertCopies(from, to).execute(tx), { sync: false });
  }
  await database.close();
  lock.release();
}

function insertCopies(from: number, to: number) {
  return sql`
    insert into receipt (id, tenant_id, created_at, key_id, status, provider, model_id, prompt_tokens,
      completion_tokens, cost_nanos, latency_ms, writer_id, seq, hash, body, tags)
    select 'rcp_' || lpad(to_hex(n), 26, '0'), t.tenant_id,
      date_trunc('month', now()) + (now() - date_trunc('month', now())) * ((n % 999983) / 1000000.0), t.key_id, t.status,
      t.provider, t.model_id, t.prompt_tokens, t.completion_tokens, t.cost_nanos, t.latency_ms, ${WRITER}, n,
      md5(n::text) || md5(t.id), jsonb_set(jsonb_set(t.body, '{seq}', to_jsonb(n)), '{writer_id}', to_jsonb(${WRITER}::text)), t.tags
    from (select *, row_number() over () - 1 as place, count(*) over () as many
        from (select * from receipt where writer_id <> ${WRITER} order by created_at desc limit ${TEMPLATES}) newest) t
      join generate_series(${from}::bigint, ${to}::bigint) n on n % t.many = t.place`;
}
