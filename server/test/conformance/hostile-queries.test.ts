/** Texts and days that PostgreSQL refuses: they are the caller's fault, and said to be one before they get there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, expectJson, get, postJson } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

let mock: MockProvider;
let reeve: WholeReeve;

beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({ config: mockConfig(mock) });
  expect((await ask(reeve, 'good')).status).toBe(200);
});

afterAll(async () => {
  await reeve?.close();
  await mock?.stop();
});

async function expectFault(response: Response, param: string): Promise<void> {
  const fault = await expectJson<{ code: string; param: string }>(response, 400);
  expect(fault).toMatchObject({ code: 'invalid_request', param });
}

const cursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('NUL in a query', () => {
  test.for([
    ['/api/v1/receipts', 'provider'],
    ['/api/v1/receipts', 'model'],
    ['/api/v1/receipts', 'tag'],
    ['/api/v1/receipts', 'key_id'],
    ['/api/v1/receipts', 'trace_id'],
    ['/api/v1/receipts/facets', 'surface'],
    ['/api/v1/receipts/export', 'model'],
    ['/api/v1/usage', 'model'],
    ['/api/v1/usage', 'key_id'],
    ['/api/v1/usage', 'tag'],
    ['/api/v1/usage/export', 'model'],
    ['/api/v1/dead-letters', 'name'],
    ['/api/v1/workflows', 'name'],
  ] as const)('%s?%s', async ([path, param]) => {
    await expectFault(await get(reeve, `${path}?${param}=a%00b`), param);
  });

  test('given twice', async () => {
    await expectFault(await get(reeve, '/api/v1/keys?other=a&other=%00'), 'other');
  });

  test('tells nothing to who has no key', async () => {
    expect((await get({ ...reeve, key: 'none' }, '/api/v1/receipts?model=%00')).status).toBe(401);
  });

  test.for(['/api/v1/receipts/%00', '/api/v1/keys/%00', '/api/v1/sessions/%00', '/api/v1/dead-letters/%00'])(
    'in the path: nothing is there, %s',
    async (path) => expect([404, 405]).toContain((await get(reeve, path)).status),
  );
});

describe('NUL in a body', () => {
  test('the models of a conversation, and who answered in it', async () => {
    const path = '/api/v1/sessions';
    await expectFault(await postJson(reeve, path, { models: ['a\0b'] }), 'models[0]');
    const { id } = await expectJson<{ id: string }>(await postJson(reeve, path, {}), 201);
    const said = { version: 1, parent_id: null, role: 'assistant', parts: [{ type: 'text', text: 'a\0b' }] };
    await expectFault(await postJson(reeve, `${path}/${id}/entries`, { ...said, model: 'a\0b' }), 'model');
    expect((await postJson(reeve, `${path}/${id}/entries`, { ...said, model: 'good' })).status).toBe(201);
  });

  test('the name to sign in with', async () => {
    await expectFault(await postJson(reeve, '/api/v1/sign-in', { email: 'a\0b', password: 'x' }), 'email');
  });

  test('why a dead letter is tried again', async () => {
    const path = '/api/v1/dead-letters/wfl_00000000000000000000000000/replay';
    await expectFault(await postJson(reeve, path, { reason: 'a\0b' }), 'reason');
  });
});

describe('days and moments that do not exist', () => {
  test.for(['2026-02-31', '2026-02-31T00:00:00Z', '0000-01-01', '2026-13-01'])('usage from and to %s', async (day) => {
    await expectFault(await get(reeve, `/api/v1/usage?from=${day}`), 'from');
    await expectFault(await get(reeve, `/api/v1/usage/export?to=${day}`), 'to');
  });

  test.for([
    ['usage by day', '/api/v1/usage?group_by=day', ['2026-02-31']],
    ['usage in the year 0', '/api/v1/usage?group_by=day', ['0000-01-01']],
    ['conversations', '/api/v1/sessions?', ['2026-02-31T00:00:00.000Z', `ses_${'0'.repeat(26)}`]],
    ['conversations in the year 0', '/api/v1/sessions?', ['0000-01-01T00:00:00.000Z', `ses_${'0'.repeat(26)}`]],
    ['receipts', '/api/v1/receipts?', ['2026-99-31T00:00:00.000Z', `rcp_${'0'.repeat(26)}`]],
    ['dead letters', '/api/v1/dead-letters?', ['events', '2026-02-31']],
    ['dead letters of no source', '/api/v1/dead-letters?', ['2026-02-31']],
  ] as const)('a cursor of %s', async ([, path, parts]) => {
    await expectFault(await get(reeve, `${path}&after=${cursor(...parts)}`), 'after');
  });
});

describe('half a character (a lone surrogate) in a body', () => {
  const half = '\ud800';

  test.for([
    ['/api/v1/keys', { name: half }, 'name'],
    ['/api/v1/tenants', { name: `${half}x` }, 'name'],
    ['/api/v1/members', { email: 'ann@example.com', display_name: `Ann ${half}`, roles: ['viewer'] }, 'display_name'],
    ['/api/v1/keys', { name: 'ci', models: ['good', `x${half}`] }, 'models[1]'],
    ['/api/v1/keys', { name: 'ci', [`a${half}`]: 1 }, 'a\ufffd'],
  ] as const)('%s %j', async ([path, body, param]) => {
    await expectFault(await postJson(reeve, path, body), param);
  });

  test('both halves, escaped, are a character', async () => {
    const headers = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json' };
    const body = String.raw`{"name":"\ud83c\udf3e"}`;
    const made = await fetch(`${reeve.baseUrl}/api/v1/keys`, { method: 'POST', headers, body });
    expect(await expectJson<{ name: string }>(made, 201)).toMatchObject({ name: '🌾' });
  });
});
