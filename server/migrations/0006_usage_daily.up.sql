-- Sums over receipts by day (UTC); '' stands where a receipt has no key, provider or model.
create table usage_daily (
  tenant_id text not null,
  key_id text not null default '',
  provider text not null default '',
  model_id text not null default '',
  day date not null,
  requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_nanos numeric(38, 0) not null,
  primary key (tenant_id, day, key_id, provider, model_id)
);

alter table usage_daily enable row level security;
alter table usage_daily force row level security;

create policy usage_daily_app on usage_daily for select to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true));
create policy usage_daily_projector on usage_daily to reeve_projector using (true) with check (true);

grant select on usage_daily to reeve_app;
grant select, insert, update, delete on usage_daily to reeve_projector;
