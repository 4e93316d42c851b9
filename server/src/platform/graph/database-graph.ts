/** The graph in edge tables, the same on both databases. Paths are found level by level, one query each. */
import { assert, hasCode, must, type Clock } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import {
  deleteEdge,
  deleteNode,
  selectNeighbours,
  selectNodes,
  selectSteps,
  upsertEdge,
  upsertNode,
  type Stamp,
  type Step,
} from './graph-store.ts';
import type { Graph, GraphScope, PathQuery, PathVerdict, Reader } from './port.ts';

export interface GraphDeps {
  database: Database;
  clock: Clock;
}

const NEIGHBOURS = 100;
const NEIGHBOURS_MAX = 1000;
const LENGTH = 4;
const LENGTH_MAX = 8;
/** Beyond this a path is not looked for any further. */
const REACH_MAX = 20_000;
/** Edges that one level may bring; more is beyond reach, too. */
const STEPS_MAX = 100_000;

export function createDatabaseGraph({ database, clock }: GraphDeps): Graph {
  const stamp = ({ tenantId }: GraphScope): Stamp => ({ tenantId, at: new Date(clock.now()).toISOString() });
  return {
    async putNode(scope, node) {
      assert(node.id !== '', 'a node has an id');
      await database.forTenant(scope, (tx) => upsertNode(tx, stamp(scope), node));
    },
    async putEdge(scope, edge) {
      try {
        const stored = await database.forTenant(scope, (tx) => upsertEdge(tx, stamp(scope), edge));
        return stored ? 'stored' : 'no-such-node';
      } catch (error) {
        // An end was removed between our looking and the commit.
        if (hasCode(error, NO_SUCH_END)) return 'no-such-node';
        throw error;
      }
    },
    removeNode: (scope, id) => database.forTenant(scope, (tx) => deleteNode(tx, id)),
    removeEdge: (scope, edge) => database.forTenant(scope, (tx) => deleteEdge(tx, edge)),
    findNode: (scope, reader, id) =>
      database.forTenant(scope, async (tx) => (await selectNodes(tx, reader, [id]))[0] ?? null),
    async neighbours(scope, reader, { of, direction = 'both', types, labels, limit = NEIGHBOURS }) {
      assert(limit >= 1 && limit <= NEIGHBOURS_MAX, `at most ${NEIGHBOURS_MAX} neighbours are asked for`);
      return database.forTenant(scope, async (tx) => {
        if ((await selectNodes(tx, reader, [of])).length === 0) return null;
        return selectNeighbours(tx, reader, of, { direction, types, labels, limit });
      });
    },
    async path(scope, reader, query) {
      const { lengthMax = LENGTH } = query;
      assert(lengthMax >= 1 && lengthMax <= LENGTH_MAX, `a path has at most ${LENGTH_MAX} edges`);
      return database.forTenant(scope, (tx) => findPath(tx, reader, { ...query, lengthMax }));
    },
  };
}

/** PostgreSQL's code for a reference to a row that is not there. */
const NO_SUCH_END = '23503';

type Bounded = PathQuery & { lengthMax: number };

/** Breadth first: the first time that a node is reached is over a shortest path. */
async function findPath(tx: Tx, reader: Reader, query: Bounded): Promise<PathVerdict> {
  const { from, to, direction = 'both', types, lengthMax } = query;
  const ends = await selectNodes(tx, reader, [from, to]);
  if (ends.length < new Set([from, to]).size) return { type: 'none' };
  if (from === to) return { type: 'found', nodes: ends, edges: [] };
  const reachedBy = new Map<string, Step | null>([[from, null]]);
  let frontier = [from];
  for (let length = 1; length <= lengthMax && frontier.length > 0; length += 1) {
    const steps = await selectSteps(tx, reader, frontier, { direction, types, limit: STEPS_MAX + 1 });
    frontier = [];
    for (const step of steps) {
      if (reachedBy.has(step.reached)) continue;
      reachedBy.set(step.reached, step);
      frontier.push(step.reached);
    }
    if (reachedBy.has(to)) return tracePath(tx, reader, reachedBy, to);
    if (reachedBy.size > REACH_MAX || steps.length > STEPS_MAX) return { type: 'too-large' };
  }
  return { type: 'none' };
}

async function tracePath(
  tx: Tx,
  reader: Reader,
  reachedBy: ReadonlyMap<string, Step | null>,
  to: string,
): Promise<PathVerdict> {
  const steps: Step[] = [];
  for (let step = reachedBy.get(to); step != null; step = reachedBy.get(step.at)) steps.unshift(step);
  const ids = [must(steps[0], 'a path has a step').at, ...steps.map(({ reached }) => reached)];
  const nodes = new Map((await selectNodes(tx, reader, ids)).map((node) => [node.id, node]));
  return {
    type: 'found',
    nodes: ids.map((id) => must(nodes.get(id), 'what was seen a moment ago is still seen')),
    edges: steps.map(({ edge }) => edge),
  };
}
