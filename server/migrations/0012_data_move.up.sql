-- The move that filled this database from a data folder, at most one. tables: how far each has come.
create table data_move (
  source_id text primary key,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  tables jsonb not null default '{}'
);

create unique index data_move_is_one on data_move ((true));

grant select on data_move to reeve_operator;
