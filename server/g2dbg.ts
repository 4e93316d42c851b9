import { sql } from 'kysely';
import { startPostgres } from './test/rigs/postgres.ts';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import { createTestBus, auditEvent } from './src/platform/bus/testing.ts';
import { fanOutPending, leaseWaiting, lockMoving, registerConsumer } from './src/platform/bus/event-store.ts';
const pg = await startPostgres({fsync:true}); const url = await pg.url('x');
const d = await openPostgresDatabase({ url }); await d.migrate();
const bus = createTestBus(d);
await d.asRole('operator', tx => registerConsumer(tx, {name:'c', subjects:['audit.>'], pattern:'^audit[.].+$'}));
let t=performance.now();
for (let i=0;i<100;i++) await d.asRole('operator', tx => bus.append(tx, ...Array.from({length:100},(_,k)=>auditEvent('s', `${i*100+k}`, {aggregate:`a${(i*100+k)%500}`}))));
console.log('append', performance.now()-t); t=performance.now();
let n; let m=0; while ((n = await d.asRole('operator', async tx => { await lockMoving(tx); return fanOutPending(tx, 500); }))>0) m++;
console.log('fanout', performance.now()-t, m);
for (let i=0;i<3;i++) { t=performance.now(); const w = await d.asRole('operator', tx => leaseWaiting(tx, {consumer:'c', tried:[0,0], limit:64, nowMs: Date.now(), leaseUntilMs: Date.now()+30000})); console.log('lease', w.length, performance.now()-t); }
const q = `explain (analyze, buffers) 
    with due as materialized (
      select i.event_at, i.event_id, i.aggregate_type, i.aggregate_id from inbox i
      where i.consumer = 'c' and i.status = 'waiting' and i.next_attempt_at <= now()
        and i.attempts between 0 and 0
        and not exists (select from inbox p where p.consumer = 'c' and p.status = 'waiting'
    and p.aggregate_type = i.aggregate_type and p.aggregate_id = i.aggregate_id
    and (p.event_at, p.event_id) < (i.event_at, i.event_id) and p.next_attempt_at > now())
      order by i.event_at, i.event_id limit 64 for update skip locked
    ), clear as (
      select i.event_at, i.event_id from due i
      where not exists (
        select from inbox p where p.consumer = 'c' and p.status = 'waiting'
    and p.aggregate_type = i.aggregate_type and p.aggregate_id = i.aggregate_id
    and (p.event_at, p.event_id) < (i.event_at, i.event_id) and not exists (select from due d where d.event_id = p.event_id))
    )
    update inbox i set attempts = i.attempts + 1
    from clear c left join outbox o on o.created_at = c.event_at and o.id = c.event_id
    where i.consumer = 'c' and i.event_at = c.event_at and i.event_id = c.event_id
    returning i.event_id as id, o.payload`;
console.log((await d.asRole('operator', tx => sql.raw(q).execute(tx))).rows.map(r=>Object.values(r)[0]).join('\n'));
await d.close(); await pg.stop();
