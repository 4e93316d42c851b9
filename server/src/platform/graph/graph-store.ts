/** Nodes and edges as stored. Every reading asks who reads; row security keeps tenants apart. */
import { sql, type SqlBool } from 'kysely';
import type { Tx } from '../database/port.ts';
import type { GraphEdge, GraphLabel, GraphNode, Neighbour, Reader } from './port.ts';

type GraphTables = {
  graph_node: {
    tenant_id: string;
    id: string;
    kind: string;
    labels: GraphLabel[];
    acl: string[];
    /** Written as JSON text, read as what it says. */
    properties: unknown;
    updated_at: string;
  };
  graph_edge: {
    tenant_id: string;
    from_id: string;
    type: string;
    to_id: string;
    properties: unknown;
    updated_at: string;
  };
};

export interface Stamp {
  tenantId: string;
  /** ISO 8601. */
  at: string;
}

/** Which edges are walked. */
export interface Walk {
  direction: 'out' | 'in' | 'both';
  types: readonly string[] | undefined;
  labels?: readonly GraphLabel[] | undefined;
  limit: number;
}

/** An edge as it was walked: `at` is the end it was left from, `reached` the other. */
export interface Step {
  at: string;
  reached: string;
  edge: GraphEdge;
}

export async function upsertNode(tx: Tx, { tenantId, at }: Stamp, node: GraphNode): Promise<void> {
  const content = {
    kind: node.kind,
    labels: [...node.labels],
    acl: [...node.acl],
    properties: JSON.stringify(node.properties),
    updated_at: at,
  };
  await tables(tx)
    .insertInto('graph_node')
    .values({ tenant_id: tenantId, id: node.id, ...content })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet(content))
    .execute();
}

/** False where one of the ends is not there. */
export async function upsertEdge(tx: Tx, { tenantId, at }: Stamp, edge: GraphEdge): Promise<boolean> {
  const ends = await tables(tx).selectFrom('graph_node').select('id').where('id', 'in', [edge.from, edge.to]).execute();
  if (ends.length < new Set([edge.from, edge.to]).size) return false;
  const content = { properties: JSON.stringify(edge.properties), updated_at: at };
  await tables(tx)
    .insertInto('graph_edge')
    .values({ tenant_id: tenantId, from_id: edge.from, type: edge.type, to_id: edge.to, ...content })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'from_id', 'type', 'to_id']).doUpdateSet(content))
    .execute();
  return true;
}

export async function deleteNode(tx: Tx, id: string): Promise<boolean> {
  const gone = await tables(tx).deleteFrom('graph_node').where('id', '=', id).executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

export async function deleteEdge(
  tx: Tx,
  { from, type, to }: Pick<GraphEdge, 'from' | 'type' | 'to'>,
): Promise<boolean> {
  const gone = await tables(tx)
    .deleteFrom('graph_edge')
    .where('from_id', '=', from)
    .where('type', '=', type)
    .where('to_id', '=', to)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/** Those of the nodes that the reader may see, in no order. */
export async function selectNodes(tx: Tx, reader: Reader, ids: readonly string[]): Promise<GraphNode[]> {
  const rows = await tables(tx)
    .selectFrom('graph_node as n')
    .select(['n.id', 'n.kind', 'n.labels', 'n.acl', 'n.properties'])
    .where(sql<SqlBool>`n.id = any(${[...ids]}::text[])`)
    .where(isVisible(reader))
    .execute();
  return rows.map(toNode);
}

/** Nodes one edge away from `id`, by edge type and node id. */
export async function selectNeighbours(tx: Tx, reader: Reader, id: string, walk: Walk): Promise<Neighbour[]> {
  const steps = await selectSteps(tx, reader, [id], walk);
  const nodes = new Map(
    (
      await selectNodes(
        tx,
        reader,
        steps.map(({ reached }) => reached),
      )
    ).map((node) => [node.id, node]),
  );
  return steps.flatMap(({ edge, reached }) => {
    const node = nodes.get(reached);
    return node === undefined ? [] : [{ edge, node }];
  });
}

/** Edges that lead from `ids` to nodes that the reader may see, in a fixed order. */
export async function selectSteps(tx: Tx, reader: Reader, ids: readonly string[], walk: Walk): Promise<Step[]> {
  const { types, labels, limit, direction } = walk;
  const out = direction === 'in' ? sql`false` : sql`true`;
  const back = direction === 'out' ? sql`false` : sql`true`;
  const ofTypes = types === undefined ? sql`true` : sql`e.type = any(${[...types]}::text[])`;
  const withLabels = labels === undefined ? sql`true` : sql`n.labels && ${[...labels]}::text[]`;
  const { rows } = await sql<StepRow>`
    select w.at, w.reached, w.from_id, w.type, w.to_id, w.properties
    from (
      select e.from_id as at, e.to_id as reached, e.* from graph_edge e
      where e.from_id = any(${[...ids]}::text[]) and ${out} and ${ofTypes}
      union all
      select e.to_id as at, e.from_id as reached, e.* from graph_edge e
      where e.to_id = any(${[...ids]}::text[]) and ${back} and ${ofTypes} and not (${out} and e.from_id = e.to_id)
    ) w
    join graph_node n on n.tenant_id = w.tenant_id and n.id = w.reached
    where ${isVisible(reader)} and ${withLabels}
    order by w.type, w.reached, w.at, w.from_id
    limit ${limit}`.execute(tx);
  return rows.map(({ at, reached, from_id: from, type, to_id: to, properties }) => ({
    at,
    reached,
    edge: { from, type, to, properties },
  }));
}

interface StepRow {
  at: string;
  reached: string;
  from_id: string;
  type: string;
  to_id: string;
  properties: Record<string, unknown>;
}

/** The one place that says who sees a node (`n`). */
function isVisible({ principals }: Reader) {
  return sql<SqlBool>`('Public' = any(n.labels) or n.acl && ${[...principals]}::text[])`;
}

const tables = (tx: Tx) => tx.withTables<GraphTables>();

function toNode(row: Omit<GraphTables['graph_node'], 'tenant_id' | 'updated_at'>): GraphNode {
  const { id, kind, labels, acl } = row;
  // Written by `upsertNode`, which takes objects alone.
  return { id, kind, labels, acl, properties: row.properties as Record<string, unknown> };
}
