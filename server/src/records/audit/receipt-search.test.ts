import { createIdSource, defaultTenantId, type TenantId } from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import type { Database } from '#platform/database/port.ts';
import { openTestDatabase } from '#platform/database/testing.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptDraft, Tags } from './ledger.ts';
import { parseFilter } from './receipt-query.ts';
import { listReceipts } from './receipt-store.ts';
import {
  askRoute,
  makeDraft,
  makeTestFolder,
  openTestLedger,
  readStream,
  testIds,
  type StreamReader,
  type TestLedger,
} from './testing.ts';

const PATH = '/api/v1/receipts';
const otherTenant = testIds.next('tenant');
const START_MS = Date.UTC(2026, 2, 1);
/** Ids of their own second each, so that their order is known. */
let nowMs = START_MS;
const ids = createIdSource({ ...systemClock, now: () => nowMs }, createSystemRandom());
const trace = 'c'.repeat(32);
const attempt = (provider: string, outcome: string) => ({ latency_ms: 9, model_id: 'small', outcome, provider });

const CALLS: [changes: Partial<ReceiptDraft>, tags: Tags][] = [
  [{}, { team: 'a' }],
  [
    { stream: true, surface: 'anthropic', cost_nanos: 500 },
    { team: 'b', env: 'x=y' },
  ],
  [{ status: 'failed', error_code: 'upstream_failed', model: { provider: 'beta', model_id: 'small' } }, {}],
  [{ attempts: [attempt('acme', 'server_error'), attempt('beta', 'ok')] }, {}],
  [{ attempts: [attempt('acme', 'server_error'), attempt('acme', 'ok')], latency_ms: 9_000 }, {}],
  [
    {
      status: 'denied',
      model: null,
      attempts: [],
      key_id: 'key_narrow',
      policy: { attributes: {}, decision: 'deny', policies: ['builtin/models'], version: '1' },
      requested_model: '=HYPERLINK("http://evil","x")',
    },
    {},
  ],
  [{ trace_id: trace, key_id: null, cost_nanos: null }, { team: 'b' }],
];

let database: Database;
let ledger: TestLedger;
const folder = makeTestFolder();
const drafts: ReceiptDraft[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  ledger = await openTestLedger({ database, folder: folder.path });
  for (const [changes, tags] of CALLS) {
    nowMs += 1000;
    const draft = makeDraft({ id: ids.next('receipt'), created_at: new Date(nowMs).toISOString(), ...changes });
    drafts.push(draft);
    await ledger.ledger.commit(draft, tags);
  }
  await ledger.ledger.commit(makeDraft({ tenant_id: otherTenant, surface: 'secret' }), { team: 'a' });
});
afterAll(async () => {
  await ledger.close();
  await database.close();
  folder.remove();
});

interface Listing {
  data: { id: string }[];
  next: string | null;
}

async function find(query: Record<string, string>, tenantId?: TenantId): Promise<number[]> {
  const { body } = await askRoute(ledger, PATH, { query, tenantId });
  return (body as Listing).data.map(({ id }) => drafts.findIndex((draft) => draft.id === id));
}

describe('a search', () => {
  it.each([
    [{ order: 'newest' }, [6, 5, 4, 3, 2, 1, 0]],
    [{ order: 'oldest', limit: '2' }, [0, 1]],
    [{ provider: 'beta' }, [2]],
    [{ decision: 'deny' }, [5]],
    [{ decision: 'allow', order: 'newest', limit: '1' }, [6]],
    [{ surface: 'anthropic' }, [1]],
    [{ stream: 'true' }, [1]],
    [{ stream: 'false', limit: '2' }, [0, 2]],
    [{ fallback: 'true' }, [3]],
    [{ fallback: 'false' }, [0, 1, 2, 4, 5, 6]],
    [{ trace_id: trace }, [6]],
    [{ tag: 'team=b' }, [1, 6]],
    [{ tag: 'team' }, [0, 1, 6]],
    [{ tag: 'env=x=y' }, [1]],
    [{ tag: 'tea' }, []],
    [{ cost_max: '500' }, [1]],
    [{ cost_min: '501', latency_min: '9000' }, [4]],
    [{ status: 'failed', surface: 'anthropic' }, []],
  ])('finds by %o', async (query, expected) => {
    expect(await find(query)).toEqual(expected);
  });

  it('pages from the newest to the oldest without gap or repetition', async () => {
    const found: string[] = [];
    let after: string | null = null;
    do {
      const query: Record<string, string> = { order: 'newest', limit: '2', stream: 'false' };
      if (after !== null) query['after'] = after;
      const { data, next } = (await askRoute(ledger, PATH, { query })).body as Listing;
      found.push(...data.map(({ id }) => id));
      after = next;
    } while (after !== null);
    expect(found).toEqual([6, 5, 4, 3, 2, 0].map((index) => drafts[index]?.id));
  });

  it.each([
    ['decision', 'maybe'],
    ['stream', '1'],
    ['tag', '=x'],
    ['cost_min', '-1'],
    ['cost_max', '1e9'],
    ['latency_min', '1.5'],
    ['order', 'random'],
  ])('refuses %s=%s and names the field', async (param, value) => {
    await expect(find({ [param]: value })).rejects.toMatchObject({ code: 'invalid_request', param });
  });

  it('keeps the tenants apart', async () => {
    expect(await find({ surface: 'secret' })).toEqual([]);
    expect(await find({ surface: 'secret' }, otherTenant)).toEqual([-1]);
  });
});

interface Facets {
  facets: Record<string, { value: string | null; count: number }[]>;
  matched: number;
  examined: number;
  truncated: boolean;
}

describe('the facets', () => {
  const ask = async (query: Record<string, string>, tenantId?: TenantId) =>
    (await askRoute(ledger, `${PATH}/facets`, { query, tenantId })).body as Facets;

  it('count each value, the most frequent first', async () => {
    const { facets, ...rest } = await ask({});
    expect(rest).toEqual({ matched: 7, examined: 7, truncated: false, since: drafts[0]?.created_at });
    expect(facets['status']).toEqual([
      { value: 'ok', count: 5 },
      { value: 'denied', count: 1 },
      { value: 'failed', count: 1 },
    ]);
    expect(facets['decision']).toEqual([
      { value: 'allow', count: 6 },
      { value: 'deny', count: 1 },
    ]);
    expect(facets['model']).toContainEqual({ value: 'beta/small', count: 1 });
    expect(facets['model']).toContainEqual({ value: null, count: 1 });
    expect(facets['key_id']).toContainEqual({ value: 'key_narrow', count: 1 });
  });

  it('leave the own condition of a facet out, and keep all others', async () => {
    const { facets, matched } = await ask({ status: 'failed', tag: 'team' });
    expect(matched).toBe(0);
    expect(facets['status']).toEqual([{ value: 'ok', count: 3 }]);
    expect(facets['surface']).toEqual([]);
  });

  it('are those of an empty list where nothing is', async () => {
    expect(await ask({}, testIds.next('tenant'))).toMatchObject({ matched: 0, examined: 0, since: null });
  });

  it("say nothing of another tenant's receipts", async () => {
    expect(JSON.stringify(await ask({}))).not.toContain('secret');
  });
});

describe('a search over more receipts than one question may look at', () => {
  const many = testIds.next('tenant');
  const MANY = 10_500;

  beforeAll(async () => {
    await ledger.ledger.commit(makeDraft({ tenant_id: many }), { rare: 'no' });
    await ledger.ledger.settled();
    // The owner of the tables writes past the ledger; nobody reads their chain.
    await database.asRole('operator', async (tx) => {
      await sql`reset role`.execute(tx);
      await sql`
        insert into receipt select 'rcp_' || lpad(n::text, 26, '0'), tenant_id, timestamptz '2026-03-02' + n * interval '1 second',
          key_id, status, provider, model_id, prompt_tokens, completion_tokens, cost_nanos, latency_ms, 'wri_many', n, hash,
          body || jsonb_build_object('id', 'rcp_' || lpad(n::text, 26, '0'), 'created_at',
            to_char(timestamptz '2026-03-02' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')),
          case when n = 3 then '{"rare": "yes"}'::jsonb else tags end
        from receipt, generate_series(1, ${MANY}) n where tenant_id = ${many}`.execute(tx);
    });
  });

  it('stops, says where, and finds what it looks for when it is asked again', async () => {
    const sizes: number[] = [];
    let after: string | null = null;
    do {
      const query: Record<string, string> = { order: 'newest', tag: 'rare=yes' };
      if (after !== null) query['after'] = after;
      const { data, next } = (await askRoute(ledger, PATH, { query, tenantId: many })).body as Listing;
      sizes.push(data.length);
      after = next;
    } while (after !== null);
    expect(sizes).toEqual([0, 0, 0, 0, 1]);
  });

  it('stops where it stopped looking, also when receipts come meanwhile', async () => {
    const filter = parseFilter({ tag: 'rare=yes' });
    const page = { order: 'newest', after: null, count: 10 } as const;
    let listed: unknown;
    const work = database.asRole('operator', async (tx) => {
      await sql`reset role`.execute(tx);
      const addNewer = sql`
        insert into receipt select id, tenant_id, created_at + interval '1 day', key_id, status, provider, model_id,
          prompt_tokens, completion_tokens, cost_nanos, latency_ms, 'wri_newer', seq, hash, body, tags
        from receipt where tenant_id = ${many} order by created_at desc limit 1`;
      const between = tx.withPlugin({
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => addNewer.execute(tx).then(() => result),
      });
      listed = await listReceipts(between, many, filter, page);
      throw new Error('undone');
    });
    await expect(work).rejects.toThrow('undone');
    // Before those that count down from MANY stand the ledger's own and the one that came before the search itself.
    const last = `rcp_${String(MANY - 2497).padStart(26, '0')}`;
    expect(listed).toEqual({ rows: [], stoppedAt: [expect.any(String), last] });
  });

  it('facets say that they are cut off', async () => {
    const { body } = await askRoute(ledger, `${PATH}/facets`, { tenantId: many });
    expect(body).toMatchObject({ examined: 10_000, truncated: true });
  });

  it('an export has them all, whatever its filter passes over', async () => {
    const lines = (await exportOf({ tag: 'rare=yes' }, { tenantId: many })).trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect((await exportOf({}, { tenantId: many })).trimEnd().split('\n')).toHaveLength(MANY + 1);
  });

  it('an export goes no further than its reader, and ends with it', async () => {
    const leaving = new AbortController();
    let pieces = 0;
    const take = async (): Promise<void> => {
      pieces += 1;
      if (pieces === 3) leaving.abort();
    };
    const text = await exportOf({}, { tenantId: many, take, signal: leaving.signal });
    expect(text.trimEnd().split('\n')).toHaveLength(1500);
  });

  it('an export waits while nobody reads', async () => {
    const [first, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const sizes: number[] = [];
    const take = (piece: string): Promise<void> => {
      sizes.push(piece.length);
      first.resolve();
      return held.promise;
    };
    const done = exportOf({}, { tenantId: many, take });
    await first.promise;
    // Were another page asked for, it would be ahead of these in the one session's line.
    for (let turn = 0; turn < 5; turn += 1) await askRoute(ledger, PATH);
    expect(sizes).toHaveLength(1);
    held.resolve();
    await done;
    expect(sizes).toHaveLength(Math.ceil((MANY + 1) / 500));
  });
});

const exportOf = (query: Record<string, string>, reader: StreamReader = {}): Promise<string> =>
  readStream(ledger, `${PATH}/export`, query, reader);

describe('an export', () => {
  it('as JSON lines gives each receipt as the listing does', async () => {
    const lines = (await exportOf({ to: '2026-03-02' })).trimEnd().split('\n');
    const { body } = await askRoute(ledger, PATH, { query: { to: '2026-03-02' } });
    const listed = (body as { data: Record<string, unknown>[] }).data.map(({ links: _links, ...receipt }) => receipt);
    expect(lines.map((line) => JSON.parse(line))).toEqual(listed);
    expect(listed).toHaveLength(CALLS.length);
  });

  it('as CSV has a line for each receipt, exact figures, and no formula', async () => {
    const [head, ...lines] = (await exportOf({ format: 'csv', to: '2026-03-02' })).trimEnd().split('\r\n');
    expect(head).toMatch(/^created_at,id,status,.*,cost_nanos,.*,hash$/);
    expect(lines).toHaveLength(CALLS.length);
    expect(lines[0]).toContain(',1234567,');
    expect(lines[5]).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
    expect(lines[1]).toContain(',env=x=y team=b,');
  });

  it("has nothing of another tenant's", async () => {
    expect(await exportOf({ surface: 'secret' })).toBe('');
    expect(await exportOf({}, { tenantId: defaultTenantId })).not.toContain('secret');
  });

  it('refuses what it does not know, before it begins', async () => {
    await expect(exportOf({ format: 'xls' })).rejects.toMatchObject({ code: 'invalid_request', param: 'format' });
  });
});
