/**
 * The graph of a tenant: nodes that only some may see, and edges between them. A hidden node is not there: no neighbour,
 * no step of a path, no hint that it exists.
 */
import type { Scope } from '#kernel';

export type GraphScope = Pick<Scope, 'tenantId'>;

export type GraphLabel = 'User' | 'Team' | 'Project' | 'Public';

export interface GraphNode {
  id: string;
  /** What it stands for, e.g. `document`, `person`. */
  kind: string;
  labels: readonly GraphLabel[];
  /** Who may see it: principals such as `user:ada`, `team:agronomy`. With the label `Public` everybody of the tenant may. */
  acl: readonly string[];
  properties: Readonly<Record<string, unknown>>;
}

export interface GraphEdge {
  from: string;
  /** E.g. `cites`, `member-of`. */
  type: string;
  to: string;
  properties: Readonly<Record<string, unknown>>;
}

/** Whoever reads: all principals that count for them. */
export interface Reader {
  principals: readonly string[];
}

export interface Neighbour {
  edge: GraphEdge;
  node: GraphNode;
}

export interface NeighbourQuery {
  of: string;
  /** Default `both`. */
  direction?: 'out' | 'in' | 'both';
  /** Only edges of these types. */
  types?: readonly string[];
  /** Only nodes with one of these labels. */
  labels?: readonly GraphLabel[];
  /** 1–1,000, default 100; the first by edge type and node id. */
  limit?: number;
}

export interface PathQuery {
  from: string;
  to: string;
  /** Default `both`: edges may be walked against their direction. */
  direction?: 'out' | 'in' | 'both';
  types?: readonly string[];
  /** Edges, 1–8, default 4. */
  lengthMax?: number;
}

export type PathVerdict =
  /** A shortest one; `nodes` has one more than `edges`. */
  | { type: 'found'; nodes: readonly GraphNode[]; edges: readonly GraphEdge[] }
  | { type: 'none' }
  /** More than 20,000 nodes lie within reach: nobody knows. */
  | { type: 'too-large' };

/** Everything rejects with `AppError('database_unavailable')` where the store is away. */
export interface Graph {
  /** Stores or replaces a node. Edges stay. */
  putNode(scope: GraphScope, node: GraphNode): Promise<void>;
  /** Stores or replaces an edge; both its ends must stand. */
  putEdge(scope: GraphScope, edge: GraphEdge): Promise<'stored' | 'no-such-node'>;
  /** Removes a node and its edges. False where there was none. */
  removeNode(scope: GraphScope, id: string): Promise<boolean>;
  removeEdge(scope: GraphScope, edge: Pick<GraphEdge, 'from' | 'type' | 'to'>): Promise<boolean>;
  /** The node, as far as the reader may see it. */
  findNode(scope: GraphScope, reader: Reader, id: string): Promise<GraphNode | null>;
  /** What is one edge away; `null` where the node itself is not there for the reader. */
  neighbours(scope: GraphScope, reader: Reader, query: NeighbourQuery): Promise<Neighbour[] | null>;
  path(scope: GraphScope, reader: Reader, query: PathQuery): Promise<PathVerdict>;
}
