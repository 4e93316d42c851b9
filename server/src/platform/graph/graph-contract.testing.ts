/** What the graph promises, on either database; each call gives a tenant of its own. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asTenantId, type TenantId } from '#kernel';
import { createVirtualClock } from '../clock/testing.ts';
import type { Database } from '../database/port.ts';
import { createDatabaseGraph } from './database-graph.ts';
import type { Graph, GraphNode, Reader } from './port.ts';

const ada: Reader = { principals: ['user:ada', 'team:agronomy'] };
const bob: Reader = { principals: ['user:bob'] };
const ADA_ONLY = ['user:ada'];

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  kind: 'document',
  labels: ['User'],
  acl: ADA_ONLY,
  properties: {},
  ...more,
});

export function describeGraph(name: string, open: () => Promise<{ database: Database; close(): Promise<void> }>): void {
  describe(`the graph on ${name}`, () => {
    let close: () => Promise<void>;
    let graph: Graph;
    let turn = 0;
    beforeAll(async () => {
      const opened = await open();
      ({ close } = opened);
      graph = createDatabaseGraph({ database: opened.database, clock: createVirtualClock() });
    });
    afterAll(() => close());

    const fresh = (): { tenantId: TenantId } => ({ tenantId: asTenantId(`ten_graph_${(turn += 1)}`) });

    /** Nodes named by single letters, all Ada's, and edges written `a>b`. */
    async function draw(edges: string, type = 'cites'): Promise<{ tenantId: TenantId }> {
      const scope = fresh();
      for (const id of new Set(edges.replaceAll(/[> ]/g, ''))) await graph.putNode(scope, node(id));
      for (const pair of edges.split(' ')) {
        const [from = '', to = ''] = pair.split('>');
        expect(await graph.putEdge(scope, { from, type, to, properties: {} })).toBe('stored');
      }
      return scope;
    }

    const idsOf = async (scope: { tenantId: TenantId }, reader: Reader, of: string, more: object = {}) =>
      (await graph.neighbours(scope, reader, { of, ...more }))?.map((found) => found.node.id);

    const walk = async (
      scope: { tenantId: TenantId },
      from: string,
      to: string,
      more: object = {},
    ): Promise<string> => {
      const verdict = await graph.path(scope, ada, { from, to, ...more });
      return verdict.type === 'found' ? verdict.nodes.map(({ id }) => id).join('') : verdict.type;
    };

    it('gives nodes back as they were put, the newest time', async () => {
      const scope = fresh();
      const first = node('a', { properties: { title: 'Rye', tags: ['x', { y: 1 }], none: null } });
      await graph.putNode(scope, first);
      expect(await graph.findNode(scope, ada, 'a')).toEqual(first);
      const second = node('a', { kind: 'field', labels: ['Team', 'Project'], acl: ['team:agronomy'] });
      await graph.putNode(scope, second);
      expect(await graph.findNode(scope, ada, 'a')).toEqual(second);
      expect(await graph.findNode(scope, ada, 'b')).toBeNull();
    });

    it('refuses labels that the field does not know', async () => {
      const strange = { ...node('a'), labels: ['Admin'] } as GraphNode | { labels: string[] };
      await expect(graph.putNode(fresh(), strange as GraphNode)).rejects.toMatchObject({ code: '23514' });
    });

    it('ties edges to nodes that stand', async () => {
      const scope = await draw('a>b b>c');
      expect(await graph.putEdge(scope, { from: 'a', type: 'cites', to: 'z', properties: {} })).toBe('no-such-node');
      expect(await graph.putEdge(scope, { from: 'z', type: 'cites', to: 'z', properties: {} })).toBe('no-such-node');
      expect(await graph.removeNode(scope, 'b')).toBe(true);
      expect(await graph.removeNode(scope, 'b')).toBe(false);
      expect(await idsOf(scope, ada, 'a')).toEqual([]);
      expect(await idsOf(scope, ada, 'c')).toEqual([]);
    });

    it('replaces an edge, and removes it', async () => {
      const scope = await draw('a>b');
      const edge = { from: 'a', type: 'cites', to: 'b' };
      await graph.putEdge(scope, { ...edge, properties: { page: 3 } });
      expect(await graph.neighbours(scope, ada, { of: 'a' })).toEqual([
        { edge: { ...edge, properties: { page: 3 } }, node: node('b') },
      ]);
      expect(await graph.removeEdge(scope, edge)).toBe(true);
      expect(await graph.removeEdge(scope, edge)).toBe(false);
      expect(await idsOf(scope, ada, 'a')).toEqual([]);
    });

    it('finds neighbours by direction, type, label and number', async () => {
      const scope = await draw('a>b a>c d>a a>a');
      await graph.putEdge(scope, { from: 'a', type: 'about', to: 'd', properties: {} });
      await graph.putNode(scope, node('c', { labels: ['Project'] }));
      expect(await idsOf(scope, ada, 'a')).toEqual(['d', 'a', 'b', 'c', 'd']);
      expect(await idsOf(scope, ada, 'a', { direction: 'out' })).toEqual(['d', 'a', 'b', 'c']);
      expect(await idsOf(scope, ada, 'a', { direction: 'in' })).toEqual(['a', 'd']);
      expect(await idsOf(scope, ada, 'a', { types: ['about'] })).toEqual(['d']);
      expect(await idsOf(scope, ada, 'a', { types: [] })).toEqual([]);
      expect(await idsOf(scope, ada, 'a', { labels: ['Project', 'Public'] })).toEqual(['c']);
      expect(await idsOf(scope, ada, 'a', { limit: 2 })).toEqual(['d', 'a']);
      expect(await graph.neighbours(scope, ada, { of: 'nobody' })).toBeNull();
    });

    it('finds a shortest path, with and against the edges', async () => {
      const scope = await draw('a>b b>c c>d a>e e>d x>y');
      expect(await walk(scope, 'a', 'd')).toBe('aed');
      expect(await walk(scope, 'd', 'a', { direction: 'out' })).toBe('none');
      expect(await walk(scope, 'd', 'a', { direction: 'in' })).toBe('dea');
      expect(await walk(scope, 'a', 'c', { direction: 'out' })).toBe('abc');
      expect(await walk(scope, 'a', 'a')).toBe('a');
      expect(await walk(scope, 'a', 'y')).toBe('none');
      expect(await walk(scope, 'a', 'nobody')).toBe('none');
      expect(await walk(scope, 'a', 'd', { lengthMax: 1 })).toBe('none');
      expect(await walk(scope, 'a', 'd', { types: ['other'] })).toBe('none');
    });

    it('agrees with a plain search over random graphs, hidden nodes among them', async () => {
      const letter = fc.constantFrom(...'abcdefgh');
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.tuple(letter, letter), { maxLength: 14, selector: (pair) => pair.join('') }),
          fc.subarray([...'bcdefg']),
          async (edges, hidden) => {
            const scope = fresh();
            for (const id of 'abcdefgh')
              await graph.putNode(scope, node(id, hidden.includes(id) ? { acl: ['user:bob'] } : {}));
            for (const [from, to] of edges) await graph.putEdge(scope, { from, type: 't', to, properties: {} });
            const found = await graph.path(scope, ada, { from: 'a', to: 'h', direction: 'out', lengthMax: 8 });
            const length = found.type === 'found' ? found.edges.length : null;
            expect(length).toBe(shortest(edges.filter((pair) => !pair.some((id) => hidden.includes(id)))));
          },
        ),
        { numRuns: 25 },
      );
    });

    it('takes a question without bounds for a bug', async () => {
      const scope = await draw('a>b');
      const far = graph.path(scope, ada, { from: 'a', to: 'b', lengthMax: 9 });
      await expect(far).rejects.toThrow('assertion failed');
      await expect(graph.neighbours(scope, ada, { of: 'a', limit: 1001 })).rejects.toThrow('assertion failed');
    });

    it('hides what the reader may not see, and everything behind it', async () => {
      const scope = await draw('a>b b>c a>p');
      await graph.putNode(scope, node('b', { acl: ['user:bob'] }));
      await graph.putNode(scope, node('p', { acl: [], labels: ['Public'] }));
      expect(await graph.findNode(scope, ada, 'b')).toBeNull();
      expect(await idsOf(scope, ada, 'a')).toEqual(['p']);
      expect(await idsOf(scope, ada, 'b')).toBeUndefined();
      expect(await walk(scope, 'a', 'c')).toBe('none');
      expect(await graph.findNode(scope, bob, 'p')).toMatchObject({ id: 'p' });
      expect(await graph.findNode(scope, bob, 'a')).toBeNull();
      expect(await graph.findNode(scope, { principals: [] }, 'a')).toBeNull();
      await graph.putNode(scope, node('b', { acl: ['team:agronomy', 'user:bob'] }));
      expect(await walk(scope, 'a', 'c')).toBe('abc');
    });

    it('shows nothing of one tenant to another, and lets them use the same ids', async () => {
      const scope = await draw('a>b');
      const other = fresh();
      expect(await graph.findNode(other, ada, 'a')).toBeNull();
      expect(await graph.neighbours(other, ada, { of: 'a' })).toBeNull();
      expect(await graph.path(other, ada, { from: 'a', to: 'b' })).toEqual({ type: 'none' });
      expect(await graph.removeNode(other, 'a')).toBe(false);
      expect(await graph.putEdge(other, { from: 'a', type: 't', to: 'b', properties: {} })).toBe('no-such-node');
      await graph.putNode(other, node('a', { kind: 'another' }));
      expect(await graph.findNode(scope, ada, 'a')).toMatchObject({ kind: 'document' });
    });
  });
}

/** Edges of a shortest path from a to h; `null` where there is none. */
function shortest(edges: readonly (readonly [string, string])[]): number | null {
  let reached = new Set('a');
  for (let length = 0; length <= 8; length += 1) {
    if (reached.has('h')) return length;
    reached = new Set([...reached, ...edges.filter(([from]) => reached.has(from)).map(([, to]) => to)]);
  }
  return null;
}
