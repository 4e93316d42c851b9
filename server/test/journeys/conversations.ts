/** Conversations over HTTP: a tree of turns that only its owner reads, and of which no word lies about in clear. */
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '#platform/database/sessions.ts';
import { expectJson, get, listAll, makeKey, postJson, remove, type Caller, type Page } from '../rigs/api.ts';
import { findPlaintext } from '../rigs/find-plaintext.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

interface SessionView {
  id: string;
  title: string;
  models: string[];
  entries: number;
  version: number;
  match: { entry_id: string | null; snippet: string } | null;
}

interface EntryView {
  id: string;
  parent_id: string | null;
  role: string;
  parts: { type: string; text?: string }[];
  model: string | null;
  receipt_id: string | null;
  interrupted: boolean;
}

interface Appended {
  entry: EntryView;
  session: SessionView;
}

export interface ConversationsRig {
  databaseUrl?: string;
  /** A session that reads every table; asked for when the server has stopped. */
  openAdmin(home: ReeveHome): Promise<{ session: Session; close(): Promise<void> }>;
}

const PATH = '/api/v1/sessions';
const TITLE = 'Quibberwock harvest plans';
const QUESTION = 'Does the zanderling sleep in winter?';
const ANSWER = 'The vorpaline answer: it dreams of rivers.';
const WORDS = ['Quibberwock', 'zanderling', 'vorpaline', 'RENAMED-brillig'];
const RECEIPT = `rcp_${'0'.repeat(26)}`;
const PATIENCE_MS = 15_000;

export function describeConversations(name: string, open: () => Promise<ConversationsRig>): void {
  describe(`conversations on ${name}`, () => {
    let rig: ConversationsRig;
    let home: ReeveHome;
    let reeve: RunningReeve;
    let owner: Caller;
    let other: Caller;
    let stranger: Caller;

    beforeAll(async () => {
      rig = await open();
      home = await createReeveHome({
        env: { REEVE_LOG_LEVEL: 'debug' },
        ...(rig.databaseUrl === undefined ? {} : { databaseUrl: rig.databaseUrl }),
      });
      reeve = await home.start();
      owner = { baseUrl: reeve.baseUrl, key: home.apiKey() };
      const { baseUrl } = owner;
      other = { baseUrl, key: (await makeKey(owner, { name: 'other', scopes: ['*'] })).key };
      const tenant = await expectJson<{ id: string }>(await postJson(owner, '/api/v1/tenants', { name: 'far' }), 201);
      stranger = { baseUrl, key: (await makeKey(owner, { name: 'far', tenant_id: tenant.id })).key };
    });
    afterAll(() => home?.dispose());

    const begin = async (caller: Caller, title = TITLE): Promise<SessionView> =>
      expectJson(await postJson(caller, PATH, { title, models: ['reeve/hello'] }), 201);
    const say = (caller: Caller, id: string, entry: Record<string, unknown>): Promise<Response> =>
      postJson(caller, `${PATH}/${id}/entries`, { role: 'user', parent_id: null, ...entry });
    const write = (said: string) => [{ type: 'text', text: said }];
    const search = async (caller: Caller, query: string): Promise<Page<SessionView>> =>
      expectJson(await get(caller, `${PATH}?${query}`), 200);

    test('is a tree of turns that comes back as it went in', async () => {
      const { id, version } = await begin(owner);
      const asked = await expectJson<Appended>(await say(owner, id, { version, parts: write(QUESTION) }), 201);
      const answer = {
        role: 'assistant',
        parent_id: asked.entry.id,
        model: 'acme/large',
        receipt_id: RECEIPT,
        interrupted: true,
        parts: [{ type: 'reasoning', text: 'hm' }, ...write(ANSWER)],
      };
      const { entry } = await expectJson<Appended>(await say(owner, id, { ...answer, version: 2 }), 201);
      const branch = { version: 3, parent_id: asked.entry.id, role: 'assistant', parts: write('Another.') };
      const { session } = await expectJson<Appended>(await say(owner, id, branch), 201);
      expect(session).toMatchObject({ entries: 3, version: 4, title: TITLE, models: ['reeve/hello', 'acme/large'] });
      const entries = await listAll<EntryView>(owner, `${PATH}/${id}/entries`);
      expect(entries.map((one) => one.parent_id)).toEqual([null, asked.entry.id, asked.entry.id]);
      expect(entries[1]).toEqual(entry);
      expect(entry).toMatchObject({ ...answer, parts: answer.parts });
      expect(entries[0]).toMatchObject({ role: 'user', model: null, receipt_id: null, interrupted: false });
    });

    test('stands first in the list when its last turn is the newest, page by page', async () => {
      const first = await begin(owner, 'first');
      const second = await begin(owner, 'second');
      const titles = async () => (await listAll<SessionView>(owner, PATH)).map(({ title }) => title);
      expect((await titles()).slice(0, 2)).toEqual(['second', 'first']);
      await say(owner, first.id, { version: 1, parts: write('more') });
      expect((await titles()).slice(0, 2)).toEqual(['first', 'second']);
      const page = await search(owner, 'limit=1');
      expect(page.data.map(({ id }) => id)).toEqual([first.id]);
      const next = await search(owner, `limit=1&after=${page.next}`);
      expect(next.data.map(({ id }) => id)).toEqual([second.id]);
    });

    test('is changed by one window at a time', async () => {
      const { id } = await begin(owner, 'draft');
      const rename = (caller: Caller, body: unknown): Promise<Response> =>
        fetch(`${caller.baseUrl}${PATH}/${id}`, {
          method: 'PATCH',
          headers: { authorization: `Bearer ${caller.key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const racing = [1, 2, 3].map((turn) => say(owner, id, { version: 1, parts: write(`from window ${turn}`) }));
      const statuses = (await Promise.all(racing)).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([201, 409, 409]);
      expect((await rename(owner, { title: 'late', version: 1 })).status).toBe(409);
      const renamed = await expectJson<SessionView>(await rename(owner, { title: 'RENAMED-brillig', version: 2 }), 200);
      expect(renamed).toMatchObject({ title: 'RENAMED-brillig', version: 3, entries: 1 });
      expect((await rename(other, { title: 'mine', version: 3 })).status).toBe(404);
    });

    test('is found by what was said in it, by its owner alone', async () => {
      const byTitle = await search(owner, 'q=quibberWOCK');
      expect(byTitle.data).toHaveLength(1);
      expect(byTitle.data[0]?.match).toEqual({ entry_id: null, snippet: TITLE });
      const byText = await search(owner, 'q=DREAMS%20of');
      expect(byText.data[0]?.match?.snippet).toContain('it dreams of rivers');
      expect(byText.data[0]?.match?.entry_id).toMatch(/^ent_/);
      expect((await search(owner, 'q=nothing%20holds%20this')).data).toEqual([]);
      for (const caller of [other, stranger]) expect((await search(caller, 'q=vorpaline')).data).toEqual([]);
      const all: SessionView[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: Page<SessionView> = await search(owner, `q=e&limit=1${next === '' ? '' : `&after=${next}`}`);
        all.push(...page.data);
        ({ next } = page);
      }
      expect(all.map(({ id }) => id)).toEqual((await search(owner, 'q=e')).data.map(({ id }) => id));
      expect(all.length).toBeGreaterThan(1);
    });

    test('is nobody else’s: not another key’s, another tenant’s or the operator’s', async () => {
      const { id, version } = await begin(owner, 'private');
      for (const caller of [other, stranger]) {
        expect(await listAll(caller, PATH)).toEqual([]);
        expect((await get(caller, `${PATH}/${id}`)).status).toBe(404);
        expect((await get(caller, `${PATH}/${id}/entries`)).status).toBe(404);
        expect((await say(caller, id, { version, parts: write('mine now') })).status).toBe(404);
        expect((await remove(caller, `${PATH}/${id}`)).status).toBe(404);
      }
      const poor = await makeKey(owner, { name: 'poor', scopes: ['models:invoke'] });
      expect((await get({ ...owner, key: poor.key }, PATH)).status).toBe(403);
      expect(await askAsOperator(home, `${PATH}/${id}/entries`)).toMatchObject({ status: 403 });
      expect((await get(owner, `${PATH}/${id}`)).status).toBe(200);
    });

    test('refuses what does not fit, and says so', async () => {
      const { id } = await begin(owner, 'limits');
      const refused = async (entry: Record<string, unknown>) => {
        const response = await say(owner, id, { version: 1, parts: write('x'), ...entry });
        return [response.status, (await expectJson<{ param?: string }>(response, response.status)).param];
      };
      expect(await refused({ parts: write('x'.repeat(1024 * 1024)) })).toEqual([413, undefined]);
      expect(await refused({ parent_id: `ent_${'0'.repeat(26)}` })).toEqual([400, 'parent_id']);
      expect(await refused({ parts: [] })).toEqual([400, 'parts']);
      expect((await refused({ parts: [{ type: 'image', url: 'https://example.com/a.png' }] }))[0]).toBe(400);
      expect((await refused({ role: 'tool' }))[0]).toBe(400);
      expect((await postJson(owner, PATH, { title: 'x'.repeat(201) })).status).toBe(400);
      expect((await get(owner, `${PATH}?after=abc`)).status).toBe(400);
      const whole = { version: 1, parts: write('y'.repeat(1024 * 1024 - 60)) };
      expect((await say(owner, id, whole)).status).toBe(201);
    });

    test('is gone with its entries when it is deleted', async () => {
      const { id } = await begin(owner, 'to be deleted');
      await say(owner, id, { version: 1, parts: write('soon gone') });
      expect((await remove(owner, `${PATH}/${id}`)).status).toBe(204);
      expect((await get(owner, `${PATH}/${id}`)).status).toBe(404);
      expect((await remove(owner, `${PATH}/${id}`)).status).toBe(404);
      expect((await search(owner, 'q=soon%20gone')).data).toEqual([]);
    });

    test(
      'of a key that is revoked is removed, and no word of any other stands in clear',
      { timeout: 60_000 },
      async () => {
        const leaving = await makeKey(owner, { name: 'leaving', scopes: ['sessions:use'] });
        const { id: left } = await begin({ ...owner, key: leaving.key }, 'left behind');
        await say({ ...owner, key: leaving.key }, left, { version: 1, parts: write('bye') });
        expect((await remove(owner, `/api/v1/keys/${leaving.id}`)).status).toBe(204);
        await sleep(2_000);
        const { code, stderr } = await reeve.stop();
        expect(code).toBe(0);
        expect(WORDS.filter((word) => stderr.includes(word))).toEqual([]);
        const admin = await rig.openAdmin(home);
        try {
          await untilGone(admin.session, left);
          expect(await countRows(admin.session)).toMatchObject({ conversations: expect.any(Number), orphans: 0 });
          expect(await findPlaintext(admin.session, WORDS)).toEqual([]);
          await expectSeededFaults(admin.session);
        } finally {
          await admin.close();
        }
      },
    );
  });
}

async function askAsOperator(home: ReeveHome, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: join(home.dataDir, 'admin.sock'), path }, (response) => {
      void text(response).then((body) => resolve({ status: response.statusCode, body }));
    });
    asked.on('error', reject).end();
  });
}

async function untilGone(admin: Session, id: string): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; ; await sleep(100)) {
    const { rows } = await admin.query('select id from user_sessions where id = $1', [id]);
    if (rows.length === 0) return;
    if (performance.now() > endMs) throw new Error('the conversation of a revoked key is still there');
  }
}

async function countRows(admin: Session): Promise<unknown> {
  const { rows } = await admin.query(
    `select (select count(*)::int from user_sessions) as conversations,
       (select count(*)::int from user_session_entry e where not exists
         (select 1 from user_sessions s where s.id = e.session_id)) as orphans`,
  );
  return rows[0];
}

/** A word that somebody would leave in clear is found, in whichever table and form. */
async function expectSeededFaults(admin: Session): Promise<void> {
  const [word = ''] = WORDS;
  const leaks: [string, string][] = [
    ['user_sessions', `update user_sessions set title = convert_to('${word} 1', 'UTF8')`],
    ['user_session_entry', `update user_session_entry set model = '${word}'`],
    ['tenant', `update tenant set name = encode(convert_to('a ${word} b', 'UTF8'), 'base64') where name = 'far'`],
  ];
  for (const [table, statement] of leaks) {
    await admin.query('begin');
    await admin.query(statement);
    expect(await findPlaintext(admin, [word])).toEqual([`${table}: ${word}`]);
    await admin.query('rollback');
  }
}
