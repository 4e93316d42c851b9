-- key_hash: lower-case hex SHA-256 of the whole key; the key itself is never stored.
create table api_key (
  id text primary key,
  tenant_id text not null references tenant (id),
  name text not null,
  key_hash text not null unique,
  prefix text not null,
  scopes text[] not null,
  models text[],
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  created_by text
);

create index api_key_by_tenant on api_key (tenant_id, id);

alter table api_key enable row level security;
alter table api_key force row level security;

create policy api_key_app on api_key to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy api_key_operator on api_key to reeve_operator using (true) with check (true);

grant select, insert, update on api_key to reeve_app;
grant select, insert, update, delete on api_key to reeve_operator;
