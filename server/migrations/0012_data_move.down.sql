drop table data_move;
