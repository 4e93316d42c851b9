/** What becomes of a member's conversations: a pause keeps them, removal takes them and the person's name away. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectJson, get, postJson, remove, type Caller } from '../rigs/api.ts';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

interface Member {
  id: string;
  version: number;
  sign_in: { path: string };
}

const PATIENCE_MS = 15_000;

let postgres: PostgresRig;
let home: ReeveHome;
let reeve: RunningReeve;
let owner: Caller;
beforeAll(async () => {
  postgres = await startPostgres();
  home = await createReeveHome({ databaseUrl: await postgres.url('members') });
  reeve = await home.start();
  owner = { baseUrl: reeve.baseUrl, key: home.apiKey() };
});
afterAll(async () => {
  await home.dispose();
  await postgres.stop();
});

/** The headers of a browser that came by the link. */
async function enter(path: string): Promise<Record<string, string>> {
  const token = new URL(path, reeve.baseUrl).searchParams.get('token');
  const response = await fetch(`${reeve.baseUrl}/api/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  expect(response.status).toBe(200);
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { cookie, origin: reeve.baseUrl, 'x-reeve-console': '1', 'content-type': 'application/json' };
}

async function setStatus(id: string, status: string): Promise<void> {
  const { version } = await expectJson<Member>(await get(owner, `/api/v1/members/${id}`), 200);
  const response = await fetch(`${reeve.baseUrl}/api/v1/members/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${owner.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version, status }),
  });
  expect(response.status).toBe(200);
}

async function count(table: string, condition: string): Promise<number> {
  const client = new Client({ connectionString: postgres.adminUrl('members') });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int from ${table} where ${condition}`);
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

describe('the conversations of a member', () => {
  test('outlast a suspension, and go with the member; their receipts stay', { timeout: 90_000 }, async () => {
    const wish = { email: 'quibberwock@example.com', name: 'Quibberwock', roles: ['EDITOR'] };
    const member = await expectJson<Member>(await postJson(owner, '/api/v1/members', wish), 201);
    const own = await enter(member.sign_in.path);
    const me = await expectJson<{ key_id: string }>(await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: own }), 200);
    const begun = await fetch(`${reeve.baseUrl}/api/v1/sessions`, {
      method: 'POST',
      headers: own,
      body: JSON.stringify({ title: 'Harvest plans', models: ['reeve/hello'] }),
    });
    const { id } = await expectJson<{ id: string }>(begun, 201);
    const said = await fetch(`${reeve.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: own,
      body: JSON.stringify({ model: 'reeve/hello', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(said.status).toBe(200);
    const receiptId = said.headers.get('x-reeve-receipt') ?? '';

    await setStatus(member.id, 'suspended');
    expect((await fetch(`${reeve.baseUrl}/api/v1/sessions/${id}`, { headers: own })).status).toBe(401);
    await setStatus(member.id, 'active');
    // What would have deleted them had the time to come, as the removal below shows.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const link = await expectJson<{ path: string }>(
      await postJson(owner, `/api/v1/members/${member.id}/sign-in-link`, {}),
      201,
    );
    const back = await enter(link.path);
    const kept = await fetch(`${reeve.baseUrl}/api/v1/sessions/${id}`, { headers: back });
    expect(await expectJson(kept, 200)).toMatchObject({ title: 'Harvest plans' });
    expect(await expectJson(await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: back }), 200)).toMatchObject(me);

    expect((await remove(owner, `/api/v1/members/${member.id}`)).status).toBe(204);
    expect((await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: back })).status).toBe(401);
    const left = (): Promise<number> => count('user_sessions', `id = '${id}'`);
    await expect.poll(left, { timeout: PATIENCE_MS, interval: 200 }).toBe(0);
    for (const table of ['member', 'api_key', 'console_session', 'outbox', 'receipt', 'user_sessions']) {
      expect([table, await count(`${table} one`, `row_to_json(one)::text ilike '%quibberwock%'`)]).toEqual([table, 0]);
    }
    const receipt = await expectJson<{ key_id: string }>(await get(owner, `/api/v1/receipts/${receiptId}`), 200);
    expect(receipt.key_id).toBe(me.key_id);
  });
});
