drop table graph_edge;
drop table graph_node;
