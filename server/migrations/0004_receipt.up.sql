-- One row per call, never changed. Monthly partitions, so that old months leave as a whole; the default partition
-- catches receipts whose month has no partition yet.
create table receipt (
  id text not null,
  tenant_id text not null,
  created_at timestamptz not null,
  key_id text,
  status text not null,
  provider text,
  model_id text,
  prompt_tokens bigint not null,
  completion_tokens bigint not null,
  cost_nanos bigint,
  latency_ms integer not null,
  writer_id text not null,
  seq bigint not null,
  hash text not null,
  body jsonb not null,
  tags jsonb not null default '{}',
  primary key (created_at, id)
) partition by range (created_at);

create table receipt_default partition of receipt default;

create index receipt_by_tenant on receipt (tenant_id, created_at, id);
create index receipt_by_writer on receipt (writer_id, seq);

alter table receipt enable row level security;
alter table receipt force row level security;
-- A partition can be named directly, and then the policies of its parent do not count: without a policy of its own it
-- shows nothing to anybody but its owner, who moves rows out of it.
alter table receipt_default enable row level security;

create policy receipt_app on receipt for select to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true));
create policy receipt_ledger on receipt for insert to reeve_ledger with check (true);
create policy receipt_projector_read on receipt for select to reeve_projector using (true);
create policy receipt_projector_write on receipt for insert to reeve_projector with check (true);
create policy receipt_operator on receipt for select to reeve_operator using (true);

grant select on receipt to reeve_app, reeve_operator;
grant insert on receipt to reeve_ledger;
grant select, insert on receipt to reeve_projector;
