drop function reeve_drop_event_partitions(integer);
drop function reeve_ensure_event_partitions(integer);
drop table projection;
drop table dead_letter;
drop function reeve_take_events(text, uuid[], timestamptz[]);
drop table inbox;
drop table event_consumer;
drop table outbox;
