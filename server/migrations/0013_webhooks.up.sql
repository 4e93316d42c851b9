-- Where a tenant wants its events sent. secret: sealed under the tenant's key; it is shown once, when it is made.
create table webhook (
  id text primary key,
  tenant_id text not null,
  url text not null,
  events text[] not null,
  secret bytea not null,
  created_at timestamptz not null,
  created_by text,
  disabled_at timestamptz,
  disabled_reason text
);

create index webhook_by_tenant on webhook (tenant_id, id);

-- One event for one webhook. body: the bytes that are signed and sent, the same at every attempt.
create table webhook_delivery (
  id text primary key,
  tenant_id text not null,
  webhook_id text not null,
  event_id text not null,
  subject text not null,
  body text not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  workflow_id text,
  attempts integer not null default 0,
  status integer,
  reason text,
  created_at timestamptz not null,
  finished_at timestamptz
);

create index webhook_delivery_by_webhook on webhook_delivery (tenant_id, webhook_id, id);
create index webhook_delivery_finished on webhook_delivery (finished_at) where finished_at is not null;

alter table webhook enable row level security;
alter table webhook force row level security;
alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;

create policy webhook_app on webhook to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy webhook_delivery_app on webhook_delivery to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy webhook_delivery_operator on webhook_delivery to reeve_operator using (true) with check (true);

grant select, insert, update, delete on webhook to reeve_app;
grant select, insert, update on webhook_delivery to reeve_app;
grant select, delete on webhook_delivery to reeve_operator;
