revoke usage on schema public from reeve_app, reeve_ledger, reeve_projector, reeve_operator;

-- Another database of the cluster may still use a role: then it stays.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['reeve_app', 'reeve_ledger', 'reeve_projector', 'reeve_operator'] loop
    begin
      execute format('drop role if exists %I', role_name);
    exception
      when dependent_objects_still_exist then
        raise notice 'role % is still used by another database', role_name;
    end;
  end loop;
end
$$;
