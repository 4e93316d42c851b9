-- The roles that each transaction takes with SET LOCAL ROLE. Roles belong to the whole cluster, so another database
-- of the same server may have made them already, or be making them right now.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['reeve_app', 'reeve_ledger', 'reeve_projector', 'reeve_operator'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I nologin nosuperuser nocreatedb nocreaterole noinherit nobypassrls', role_name);
      end if;
      if not exists (
        select
        from pg_auth_members m
        join pg_roles g on g.oid = m.roleid
        join pg_roles u on u.oid = m.member
        where g.rolname = role_name and u.rolname = current_user
      ) then
        execute format('grant %I to current_user', role_name);
      end if;
    exception
      when duplicate_object or unique_violation then
        execute format('grant %I to current_user', role_name);
    end;
  end loop;
end
$$;

grant usage on schema public to reeve_app, reeve_ledger, reeve_projector, reeve_operator;
