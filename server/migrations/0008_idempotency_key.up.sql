-- key_hash: SHA-256 of the caller's key. headers and body hold the sealed answer of state 'answered'.
create table idempotency_key (
  tenant_id text not null,
  key_hash text not null,
  fingerprint text not null,
  state text not null check (state in ('running', 'answered', 'streamed')),
  owner text not null,
  receipt_id text,
  status integer,
  headers jsonb,
  body bytea,
  created_at timestamptz not null,
  locked_until timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, key_hash)
);

create index idempotency_key_by_expiry on idempotency_key (expires_at);

alter table idempotency_key enable row level security;
alter table idempotency_key force row level security;

create policy idempotency_key_app on idempotency_key to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy idempotency_key_operator on idempotency_key to reeve_operator using (true) with check (true);

grant select, insert, update, delete on idempotency_key to reeve_app, reeve_operator;
