-- Makes the partitions of this month and of the next `months_ahead`; rows that wait in the default partition move over.
-- Returns how many partitions were made.
create function reeve_ensure_receipt_partitions(months_ahead integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, public
set timezone = 'UTC'
as $$
declare
  month_start timestamptz;
  month_end timestamptz;
  partition_name text;
  made integer := 0;
begin
  if months_ahead < 0 or months_ahead > 24 then
    raise exception 'months_ahead must lie between 0 and 24, not %', months_ahead;
  end if;
  for step in 0..months_ahead loop
    month_start := date_trunc('month', now()) + make_interval(months => step);
    month_end := month_start + interval '1 month';
    partition_name := 'receipt_' || to_char(month_start, 'YYYYMM');
    continue when to_regclass('public.' || partition_name) is not null;
    -- One maker at a time. A table lock, since taking one also brings in what others did to the catalogue meanwhile.
    lock table public.receipt in share update exclusive mode;
    continue when to_regclass('public.' || partition_name) is not null;
    execute format('create table public.%I (like public.receipt including all)', partition_name);
    execute format('alter table public.%I enable row level security', partition_name);
    lock table public.receipt_default in access exclusive mode;
    execute format(
      'with moved as (delete from public.receipt_default where created_at >= %L and created_at < %L returning *)
       insert into public.%I select * from moved', month_start, month_end, partition_name);
    execute format('alter table public.receipt attach partition public.%I for values from (%L) to (%L)',
      partition_name, month_start, month_end);
    made := made + 1;
  end loop;
  return made;
end
$$;

revoke execute on function reeve_ensure_receipt_partitions(integer) from public;
grant execute on function reeve_ensure_receipt_partitions(integer) to reeve_operator;
