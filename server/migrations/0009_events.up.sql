-- Events travel from here. `payload` is the whole CloudEvents envelope, with the tenant in it: no tenant reads the table,
-- and each appends its own only. created_at is the database's clock, the only one that all processes share.
create table outbox (
  id uuid not null,
  aggregate_type text not null,
  aggregate_id text not null,
  event_type text not null,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  published_at timestamptz,
  status text not null default 'pending' check (status in ('pending', 'published')),
  primary key (created_at, id)
) partition by range (created_at);

create table outbox_default partition of outbox default;

create index idx_outbox_pending on outbox (status, created_at) where status = 'pending';
create index outbox_by_aggregate on outbox (aggregate_type, aggregate_id, created_at);

alter table outbox enable row level security;
alter table outbox force row level security;
alter table outbox_default enable row level security;

create policy outbox_app on outbox for insert to reeve_app
  with check (payload ->> 'tenantid' = nullif(current_setting('reeve.tenant_id', true), ''));
create policy outbox_projector on outbox for insert to reeve_projector with check (true);
create policy outbox_operator on outbox to reeve_operator using (true) with check (true);

grant insert on outbox to reeve_app, reeve_projector;
grant select, insert, update on outbox to reeve_operator;

-- Who consumes what, so that any process can hand events out. pattern: the subjects as one regular expression.
create table event_consumer (
  name text primary key,
  subjects text[] not null,
  pattern text not null,
  registered_at timestamptz not null default clock_timestamp()
);

grant select, insert, update, delete on event_consumer to reeve_operator;

-- What each consumer has had (`done`, `dead`) and still has to get (`waiting`). payload stands where the outbox may not
-- have the event any more.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  event_at timestamptz not null,
  aggregate_type text not null default '',
  aggregate_id text not null default '',
  status text not null check (status in ('waiting', 'done', 'dead')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default '-infinity',
  handled_at timestamptz,
  payload jsonb,
  primary key (event_at, consumer, event_id)
) partition by range (event_at);

create table inbox_default partition of inbox default;

create index inbox_waiting on inbox (consumer, event_at, event_id) where status = 'waiting';
create index inbox_waiting_by_aggregate on inbox (consumer, aggregate_type, aggregate_id, event_at)
  where status = 'waiting';

-- Named directly, a partition shows nothing; through its parent the grants decide.
alter table inbox_default enable row level security;

grant select, insert, update on inbox to reeve_operator;

-- Marks the events as done for the consumer in the caller's transaction, whatever its role. Returns those that were not
-- done before: their effect is the caller's to make.
create function reeve_take_events(consumer_name text, ids uuid[], times timestamptz[]) returns setof uuid
language sql
security definer
set search_path = pg_catalog, public
as $$
  insert into public.inbox (consumer, event_id, event_at, status, handled_at)
  select consumer_name, e.id, e.at, 'done', now()
  from unnest(ids, times) as e (id, at)
  order by e.at, e.id
  on conflict (event_at, consumer, event_id)
    do update set status = 'done', handled_at = excluded.handled_at where inbox.status = 'waiting'
  returning event_id
$$;

revoke execute on function reeve_take_events(text, uuid[], timestamptz[]) from public;
grant execute on function reeve_take_events(text, uuid[], timestamptz[])
  to reeve_app, reeve_projector, reeve_operator;

-- Events that a consumer failed to handle: for a person to look at.
create table dead_letter (
  id uuid primary key,
  consumer text not null,
  event_id uuid not null,
  event_at timestamptz not null,
  event_type text not null,
  payload jsonb not null,
  reason text not null,
  attempts integer not null,
  created_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'replayed', 'discarded')),
  settled_at timestamptz,
  settled_by text,
  note text
);

create index dead_letter_open on dead_letter (id) where state = 'open';

grant select, insert, update, delete on dead_letter to reeve_operator;

-- Which version of a projection's code made what is stored.
create table projection (
  name text primary key,
  version integer not null,
  rebuilt_at timestamptz
);

grant select, insert, update on projection to reeve_operator;

-- Makes the partitions of this month and of the next `months_ahead` for the tables above. Returns how many.
create function reeve_ensure_event_partitions(months_ahead integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, public
set timezone = 'UTC'
as $$
declare
  parent text;
  key_column text;
  month_start timestamptz;
  month_end timestamptz;
  partition_name text;
  made integer := 0;
begin
  if months_ahead < 0 or months_ahead > 24 then
    raise exception 'months_ahead must lie between 0 and 24, not %', months_ahead;
  end if;
  foreach parent in array array['outbox', 'inbox'] loop
    key_column := case parent when 'outbox' then 'created_at' else 'event_at' end;
    for step in 0..months_ahead loop
      month_start := date_trunc('month', now()) + make_interval(months => step);
      month_end := month_start + interval '1 month';
      partition_name := parent || '_' || to_char(month_start, 'YYYYMM');
      continue when to_regclass('public.' || partition_name) is not null;
      -- One maker at a time. A table lock, since taking one also brings in what others did to the catalogue meanwhile.
      execute format('lock table public.%I in share update exclusive mode', parent);
      continue when to_regclass('public.' || partition_name) is not null;
      execute format('create table public.%I (like public.%I including all)', partition_name, parent);
      execute format('alter table public.%I enable row level security', partition_name);
      execute format('lock table public.%I in access exclusive mode', parent || '_default');
      execute format(
        'with moved as (delete from public.%I where %I >= %L and %I < %L returning *) insert into public.%I select * from moved',
        parent || '_default', key_column, month_start, key_column, month_end, partition_name);
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
        parent, partition_name, month_start, month_end);
      made := made + 1;
    end loop;
  end loop;
  return made;
end
$$;

-- Drops months that ended more than `keep_days` ago and hold nothing that still has to travel. Returns how many.
create function reeve_drop_event_partitions(keep_days integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, public
set timezone = 'UTC'
as $$
declare
  part record;
  busy boolean;
  dropped integer := 0;
begin
  for part in
    select c.relname as name, p.relname as parent
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    join pg_class p on p.oid = i.inhparent
    where p.oid in ('public.outbox'::regclass, 'public.inbox'::regclass) and c.relname ~ '_[0-9]{6}$'
      and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' < now() - make_interval(days => keep_days)
  loop
    execute format('select exists (select from public.%I where status in (''pending'', ''waiting''))', part.name) into busy;
    continue when busy;
    execute format('drop table public.%I', part.name);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

revoke execute on function reeve_ensure_event_partitions(integer), reeve_drop_event_partitions(integer) from public;
grant execute on function reeve_ensure_event_partitions(integer), reeve_drop_event_partitions(integer) to reeve_operator;
