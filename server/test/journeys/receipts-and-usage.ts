/** What receipts say of usage: by day, model, key and tag, in listings and exports; declared for any database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, listAll, makeKey, postJson, type Caller, type UsageTotal } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

interface Receipt {
  id: string;
  created_at: string;
  key_id: string | null;
  model: { provider: string; model_id: string } | null;
  token_usage: { prompt: number; completion: number };
  cost_nanos: number | null;
  tags: Record<string, string>;
}

type Row = UsageTotal & Record<string, string | number | null>;

/** A place for the books, and a way to change them behind Reeve's back. */
export interface BooksPlace {
  databaseUrl?: string;
  /** Runs a statement as the owner of the tables; Reeve is down. */
  tamper(home: ReeveHome, statement: string): Promise<void>;
}

const GROUPS: [by: string, namesOf: (receipt: Receipt) => string[]][] = [
  ['day', ({ created_at: at }) => [at.slice(0, 10)]],
  ['model', ({ model }) => [`${model?.provider ?? null}/${model?.model_id ?? null}`]],
  ['key', ({ key_id: key }) => [String(key)]],
  ['tag', ({ tags }) => Object.entries(tags).map(([key, value]) => `${key}=${value}`)],
];

const nameOf = (row: Row, by: string): string => {
  if (by === 'model') return `${row['provider']}/${row['model_id']}`;
  if (by === 'tag') return `${row['tag_key']}=${row['tag_value']}`;
  return String(by === 'key' ? row['key_id'] : row['day']);
};

export function describeReceiptsAndUsage(name: string, open: () => Promise<BooksPlace>): void {
  describe(`receipts and usage on ${name}`, () => {
    let mock: MockProvider;
    let place: BooksPlace;
    let home: ReeveHome;
    let running: RunningReeve;
    let owner: Caller;

    beforeAll(async () => {
      mock = await startMockProvider();
      place = await open();
      const { databaseUrl } = place;
      home = await createReeveHome({
        config: mockConfig(mock, [], { aliases: { bare: ['mock/unlisted'] } }),
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
      });
      await start();
      await call(owner, 'team=b', 'bare');
      const narrow = await makeKey(owner, { name: 'narrow', models: ['embed'] });
      await call(owner, 'team=a');
      await call(owner, 'team=a,env=test');
      await call(owner, 'team=b');
      await call(owner, '');
      await call({ ...owner, key: narrow.key }, 'team=b');
    });
    afterAll(async () => {
      await running?.stop();
      await home?.dispose();
      await mock?.stop();
    });

    async function start(): Promise<void> {
      running = await home.start();
      owner = { baseUrl: running.baseUrl, key: home.apiKey() };
    }

    async function call(caller: Caller, tags: string, model = 'good'): Promise<void> {
      const body = { model, messages: [{ role: 'user', content: 'What is a tally?' }] };
      const reply = await postJson(caller, '/v1/chat/completions', body, tags === '' ? {} : { 'x-reeve-tags': tags });
      await reply.text();
    }

    /** What the export's receipts add up to, beside what usage says: one line for each difference. */
    async function findDifferences(by: string, namesOf: (receipt: Receipt) => string[]): Promise<string[]> {
      const lines = await (await get(owner, '/api/v1/receipts/export')).text();
      const sums = new Map<string, number[]>();
      for (const line of lines.trimEnd().split('\n')) {
        const receipt: Receipt = JSON.parse(line);
        const { token_usage: tokens, cost_nanos: cost } = receipt;
        for (const group of namesOf(receipt)) {
          const before = sums.get(group) ?? [0, 0, 0, 0, 0];
          sums.set(
            group,
            [1, tokens.prompt, tokens.completion, cost ?? 0, cost === null ? 1 : 0].map(
              (figure, at) => figure + (before[at] ?? 0),
            ),
          );
        }
      }
      const { data } = await expectJson<{ data: Row[] }>(await get(owner, `/api/v1/usage?group_by=${by}`), 200);
      const told = new Map(
        data.map((row) => {
          const { requests, input_tokens: input, output_tokens: output, cost_nanos: cost, unpriced } = row;
          return [nameOf(row, by), [requests, input, output, cost, unpriced]];
        }),
      );
      return [...new Set([...sums.keys(), ...told.keys()])]
        .filter((group) => String(sums.get(group)) !== String(told.get(group)))
        .map((group) => `${group}: receipts say ${sums.get(group)}, usage ${told.get(group)}`);
    }

    test.each(GROUPS)('usage by %s is what the receipts add up to', async (by, namesOf) => {
      expect(await findDifferences(by, namesOf)).toEqual([]);
    });

    test('the total counts a receipt once, however many tags it has', async () => {
      const { total, data } = await expectJson<{ total: UsageTotal; data: Row[] }>(
        await get(owner, '/api/v1/usage?group_by=tag'),
        200,
      );
      expect(total.requests).toBe(6);
      expect(data.map((row) => [nameOf(row, 'tag'), row.requests])).toEqual([
        ['env=test', 1],
        ['team=a', 2],
        ['team=b', 3],
      ]);
    });

    test('a call without a price is counted, not taken for free', async () => {
      const ask = async (query: string) =>
        expectJson<{ total: UsageTotal; data: Row[] }>(await get(owner, `/api/v1/usage?${query}`), 200);
      const { total, data } = await ask('group_by=model');
      expect(total.unpriced).toBe(1);
      expect(data.map(({ model_id: model, unpriced }) => [model, unpriced])).toEqual([
        [null, 0],
        ['good', 0],
        ['unlisted', 1],
      ]);
      expect((await ask('group_by=tag&tag=team')).data.map(({ unpriced }) => unpriced)).toEqual([0, 1]);
    });

    test('a tag narrows every other question', async () => {
      const ask = async (query: string) =>
        expectJson<{ total: UsageTotal; data: Row[] }>(await get(owner, `/api/v1/usage?${query}`), 200);
      expect((await ask('group_by=day&tag=team=a')).data.map(({ requests }) => requests)).toEqual([2]);
      expect((await ask('tag=team=a')).total.requests).toBe(2);
      expect((await ask('group_by=tag&tag=team')).data).toHaveLength(2);
      expect((await ask('group_by=model&tag=team=b')).data.map(({ model_id: model }) => model)).toEqual([
        null,
        'good',
        'unlisted',
      ]);
    });

    test('pages hold each row once', async () => {
      const rows: Row[] = [];
      let next: string | null = null;
      do {
        const after: string = next === null ? '' : `&after=${next}`;
        const page: { data: Row[]; next: string | null } = await expectJson(
          await get(owner, `/api/v1/usage?group_by=tag&limit=1${after}`),
          200,
        );
        expect(page.data).toHaveLength(1);
        rows.push(...page.data);
        next = page.next;
      } while (next !== null);
      expect(rows.map((row) => nameOf(row, 'tag'))).toEqual(['env=test', 'team=a', 'team=b']);
    });

    test('the CSV has the same rows', async () => {
      const reply = await get(owner, '/api/v1/usage/export?group_by=tag');
      expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const [head, ...lines] = (await reply.text()).trimEnd().split('\r\n');
      expect(head).toBe('tag_key,tag_value,requests,input_tokens,output_tokens,cost_nanos,unpriced');
      expect(lines.map((line) => line.split(',').slice(0, 3))).toEqual([
        ['env', 'test', '1'],
        ['team', 'a', '2'],
        ['team', 'b', '3'],
      ]);
    });

    test.each(['/api/v1/receipts/facets', '/api/v1/receipts/export', '/api/v1/usage/export'])(
      '%s needs the scope, and shows nothing of another tenant',
      async (path) => {
        const stranger = await makeKey(owner, { name: 'no reader', scopes: ['models:invoke'] });
        expect((await get({ ...owner, key: stranger.key }, path)).status).toBe(403);
        expect((await get({ ...owner, key: 'rv_nobody' }, path)).status).toBe(401);
        const tenant = await expectJson<{ id: string }>(await postJson(owner, '/api/v1/tenants', { name: path }), 201);
        const other = await makeKey(owner, { name: 'other', tenant_id: tenant.id });
        const seen = await (await get({ ...owner, key: other.key }, path)).text();
        expect(seen).not.toMatch(/good|team|mock/);
        expect(await (await get(owner, path)).text()).toMatch(/mock/);
      },
    );

    test('wrong questions are refused by name', async () => {
      for (const [query, param] of [
        ['group_by=hour', 'group_by'],
        ['tag==a', 'tag'],
        ['from=yesterday', 'from'],
      ]) {
        const problem = await expectJson(await get(owner, `/api/v1/usage?${query}`), 400);
        expect(problem).toMatchObject({ code: 'invalid_request', param });
      }
      expect((await get(owner, '/api/v1/receipts/export?format=xls')).status).toBe(400);
    });

    const FAULTS: [what: string, statement: string, says: RegExp][] = [
      ['a nano too much', `update usage_tag_daily set cost_nanos = cost_nanos + 1 where tag_value = 'a'`, /^team=a: /],
      ['a tag that is missing', `delete from usage_tag_daily where tag_key = 'env'`, /usage undefined$/],
      [
        'a receipt counted twice',
        `update usage_tag_daily set requests = requests * 2 where tag_value = 'b' and provider <> ''`,
        /^team=b: /,
      ],
      ['a call taken for free', `update usage_tag_daily set unpriced = 0`, /^team=b: /],
    ];
    test.each(FAULTS)('fault: %s is found, and mended by computing it anew', async (_what, statement, says) => {
      await running.stop();
      await place.tamper(home, statement);
      await start();
      const [by, namesOf] = GROUPS[3] ?? ['tag', () => []];
      const found = await findDifferences(by, namesOf);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(says);
      const rebuilt = await home.cli('projections', 'rebuild', 'usage-tags');
      expect(rebuilt.stdout).toContain('Rebuilt usage-tags');
      expect(await findDifferences(by, namesOf)).toEqual([]);
    });

    test('what an earlier version summed is summed anew at the first start of this one', async () => {
      await running.stop();
      expect(await home.cli('migrate', '--down', '--to', '16')).toMatchObject({ code: 0 });
      await start();
      for (const [by, namesOf] of GROUPS) expect(await findDifferences(by, namesOf)).toEqual([]);
    });

    test('every key that made a receipt is among the keys', async () => {
      const keys = new Set((await listAll<{ id: string }>(owner, '/api/v1/keys')).map(({ id }) => id));
      const { data } = await expectJson<{ data: Row[] }>(await get(owner, '/api/v1/usage?group_by=key'), 200);
      expect(data.filter(({ key_id: key }) => !keys.has(String(key)))).toEqual([]);
      expect(data).toHaveLength(2);
    });
  });
}
