-- How far a projection has read: per writer its last sequence number, or for `journal` a position in the journal.
create table projection_cursor (
  projection text not null,
  writer_id text not null,
  seq bigint not null,
  primary key (projection, writer_id)
);

grant select, insert, update, delete on projection_cursor to reeve_projector, reeve_operator;
