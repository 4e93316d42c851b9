-- Sums over receipts by tag and day (UTC): a receipt counts once for each tag that it carries; '' stands where it has no
-- key, provider or model.
create table usage_tag_daily (
  tenant_id text not null,
  tag_key text not null,
  tag_value text not null,
  key_id text not null default '',
  provider text not null default '',
  model_id text not null default '',
  day date not null,
  requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cost_nanos numeric(38, 0) not null,
  primary key (tenant_id, tag_key, tag_value, day, key_id, provider, model_id)
);

alter table usage_tag_daily enable row level security;
alter table usage_tag_daily force row level security;

create policy usage_tag_daily_app on usage_tag_daily for select to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true));
create policy usage_tag_daily_projector on usage_tag_daily to reeve_projector using (true) with check (true);

grant select on usage_tag_daily to reeve_app;
grant select, insert, update, delete on usage_tag_daily to reeve_projector;
