-- Nodes and edges of a tenant's graph. acl: principals that may see the node ('user:…', 'team:…', 'project:…'); a node
-- with the label Public is for everybody of the tenant.
create table graph_node (
  tenant_id text not null,
  id text not null,
  kind text not null,
  labels text[] not null check (labels <@ array['User', 'Team', 'Project', 'Public']),
  acl text[] not null,
  properties jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);

-- Checked at the end of a transaction, so that a node and its edges may come in any order.
create table graph_edge (
  tenant_id text not null,
  from_id text not null,
  type text not null,
  to_id text not null,
  properties jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant_id, from_id, type, to_id),
  foreign key (tenant_id, from_id) references graph_node (tenant_id, id) on delete cascade deferrable initially deferred,
  foreign key (tenant_id, to_id) references graph_node (tenant_id, id) on delete cascade deferrable initially deferred
);

create index graph_edge_backwards on graph_edge (tenant_id, to_id, type, from_id);

alter table graph_node enable row level security;
alter table graph_node force row level security;
alter table graph_edge enable row level security;
alter table graph_edge force row level security;

create policy graph_node_app on graph_node to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy graph_node_operator on graph_node to reeve_operator using (true) with check (true);
create policy graph_edge_app on graph_edge to reeve_app
  using (tenant_id = current_setting('reeve.tenant_id', true))
  with check (tenant_id = current_setting('reeve.tenant_id', true));
create policy graph_edge_operator on graph_edge to reeve_operator using (true) with check (true);

grant select, insert, update, delete on graph_node, graph_edge to reeve_app, reeve_operator;
