drop table projection_cursor;
