-- Conversations of people and keys. What was said (title, content) is sealed under a key of the owner: readers of the
-- database see who talked when, with which models and how much, and no word of it.
create table user_sessions (
  id text primary key,
  tenant_id text not null,
  owner text not null,
  title bytea not null,
  models text[] not null,
  entries integer not null default 0,
  bytes integer not null default 0,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index user_sessions_by_owner on user_sessions (tenant_id, owner, updated_at desc, id desc);

-- A tree: an entry whose parent has others too is a branch. size: bytes of the sealed content.
create table user_session_entry (
  id text primary key,
  tenant_id text not null,
  session_id text not null,
  parent_id text,
  role text not null,
  content bytea not null,
  size integer not null,
  model text,
  receipt_id text,
  created_at timestamptz not null
);

create index user_session_entry_by_session on user_session_entry (tenant_id, session_id, id);

alter table user_sessions enable row level security;
alter table user_sessions force row level security;
alter table user_session_entry enable row level security;
alter table user_session_entry force row level security;

create policy user_sessions_app on user_sessions to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy user_session_entry_app on user_session_entry to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));

grant select, insert, update, delete on user_sessions to reeve_app;
grant select, insert, delete on user_session_entry to reeve_app;

-- Whoever is gone leaves nothing behind, in no tenant: the operator may find rows by their owner and remove them.
create policy user_sessions_operator on user_sessions to reeve_operator using (true);
create policy user_session_entry_operator on user_session_entry to reeve_operator using (true);
grant select (id, owner), delete on user_sessions to reeve_operator;
grant select (session_id), delete on user_session_entry to reeve_operator;
