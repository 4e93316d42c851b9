-- People who work in the console. login: lower-case, an e-mail address or a name, once in the whole installation.
create table member (
  id text primary key,
  tenant_id text not null references tenant (id),
  login text not null unique,
  name text not null,
  roles text[] not null,
  status text not null default 'invited' check (status in ('invited', 'active', 'suspended')),
  version integer not null default 1,
  created_at timestamptz not null,
  created_by text,
  last_seen_at timestamptz
);

create index member_by_tenant on member (tenant_id, id);

-- hash: Argon2id in the PHC string format. Apart from `member`, so that no tenant's role can read it.
create table member_password (
  member_id text primary key references member (id) on delete cascade,
  hash text not null,
  changed_at timestamptz not null
);

-- token_hash: lower-case hex SHA-256 of what the browser holds. current_tenant: where the member works now, which for
-- an owner of the installation is not always their own. key_id: their console key there.
create table console_session (
  token_hash text primary key,
  member_id text not null references member (id) on delete cascade,
  current_tenant text not null references tenant (id),
  key_id text not null,
  method text not null check (method in ('password', 'link')),
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null
);

create index console_session_by_member on console_session (member_id);
create index console_session_expired on console_session (expires_at);

create table sign_in_link (
  token_hash text primary key,
  member_id text not null references member (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

create index sign_in_link_by_member on sign_in_link (member_id);
create index sign_in_link_expired on sign_in_link (expires_at);

-- Wrong passwords in a row. login_hash: SHA-256 of the login name, whether anybody has it or not: so the lock does not
-- tell which names exist.
create table sign_in_attempt (
  login_hash text primary key,
  failures integer not null,
  locked_until timestamptz,
  last_at timestamptz not null
);

create index sign_in_attempt_by_age on sign_in_attempt (last_at);

-- The key that stands in a member's receipts, one in each tenant where they work. Nobody has its secret: there is none.
alter table api_key add column member_id text;

create unique index api_key_of_member on api_key (tenant_id, member_id) where member_id is not null and revoked_at is null;

alter table member enable row level security;
alter table member force row level security;

create policy member_app on member for select to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true));
create policy member_operator on member to reeve_operator using (true) with check (true);

grant select on member to reeve_app;
grant select, insert, update, delete on member, member_password, console_session, sign_in_link, sign_in_attempt
  to reeve_operator;
