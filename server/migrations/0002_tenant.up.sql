create table tenant (
  id text primary key check (id <> ''),
  name text not null unique,
  created_at timestamptz not null default now()
);

alter table tenant enable row level security;
alter table tenant force row level security;

create policy tenant_app on tenant for select to reeve_app
  using (id = current_setting('reeve.tenant_id', true));
create policy tenant_operator on tenant to reeve_operator using (true) with check (true);

grant select on tenant to reeve_app;
grant select, insert, update, delete on tenant to reeve_operator;
