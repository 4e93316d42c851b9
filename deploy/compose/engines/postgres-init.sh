#!/bin/sh
# Run once, by an empty PostgreSQL: the database, its owner (no superuser, so row security binds it), and the vectors.
set -eu
password=$(cat "${DATABASE_PASSWORD_FILE:-/run/secrets/database_password}")
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set password="$password" --dbname postgres <<'SQL'
select 'create role reeve login createrole' where not exists (select from pg_roles where rolname = 'reeve')
\gexec
alter role reeve with password :'password';
-- Since PostgreSQL 16 whoever makes a role may not take it without this, and Reeve's migrations make the roles of its transactions.
select 'alter role reeve set createrole_self_grant = set' where current_setting('server_version_num')::int >= 160000
\gexec
select 'create database reeve owner reeve' where not exists (select from pg_database where datname = 'reeve')
\gexec
\connect reeve
create extension if not exists vector;
SQL
