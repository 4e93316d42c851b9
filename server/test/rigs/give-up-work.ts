/** Makes dead letters of what a stopped Reeve has under way, since the real ways take hours. */
import { sql } from 'kysely';
import { defaultTenantId } from '#kernel';
import { lockDataFolder } from '../../src/platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../../src/platform/database/pglite-database.ts';
import { openPostgresDatabase } from '../../src/platform/database/postgres-database.ts';
import type { Database } from '../../src/platform/database/port.ts';

export interface GivenUp {
  /** Deliveries of webhooks that waited for their next attempt: failed, with this reason. */
  deliveries: number;
  /** Events that the consumer `webhooks` had: noted as if it had failed over them. */
  events: number;
}

/** Gives up every delivery of the tenant `default` that waits, and the newest event of `subject`. The server must be stopped. */
export async function giveUpWork(place: { dataDir: string; databaseUrl?: string }, subject: string): Promise<GivenUp> {
  const lock = place.databaseUrl === undefined ? lockDataFolder(place.dataDir) : null;
  const database: Database =
    lock === null ? await openPostgresDatabase({ url: place.databaseUrl ?? '' }) : await openPgliteDatabase({ lock });
  try {
    await database.forTenant({ tenantId: defaultTenantId }, (tx) =>
      sql`update webhook_delivery set state = 'failed', reason = 'the receiver answered 500', finished_at = now()
        where state = 'pending'`.execute(tx),
    );
    return await database.asRole('operator', async (tx) => {
      const runs = await sql`
        update workflow_run set state = 'failed', reason = 'the receiver answered 500', waiting_for = null,
          finished_at = now()
        where name = 'webhook-delivery' and state = 'queued'`.execute(tx);
      const letters = await sql`
        insert into dead_letter (id, consumer, event_id, event_at, event_type, payload, reason, attempts, created_at)
        select gen_random_uuid(), 'webhooks', id, created_at, event_type, payload, 'its handler broke', 3, now()
        from outbox where event_type = ${subject} order by created_at desc limit 1`.execute(tx);
      return { deliveries: Number(runs.numAffectedRows ?? 0n), events: Number(letters.numAffectedRows ?? 0n) };
    });
  } finally {
    await database.close();
    lock?.release();
  }
}
