import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdentityRig, type IdentityRig, type Reply } from './testing.ts';

const MEMBERS = '/api/v1/members';

let rig: IdentityRig;
beforeAll(async () => {
  rig = await openIdentityRig();
});
afterAll(() => rig.close());

const change = (key: string, id: string, wish: object): Promise<Reply> =>
  rig.call(key, 'PATCH', `${MEMBERS}/${id}`, wish);
const find = async (id: string): Promise<Record<string, unknown>> =>
  (await rig.call(rig.ownerKey, 'GET', `${MEMBERS}/${id}`)).body;
const told = ({ status, body }: Reply): unknown[] => [status, body['code'], body['param'] ?? null];

describe('inviting', () => {
  it('stores the name in one form, once in the whole installation', async () => {
    const { id } = await rig.invite('  Zoë@Example.COM ', { name: 'Zoë' });
    expect(await find(id)).toMatchObject({
      email: 'zoë@example.com',
      status: 'invited',
      version: 1,
      tenant_id: 'default',
    });
    const north = await rig.makeTenant('north');
    const again = { email: 'ZOË@example.com', name: 'z', roles: ['VIEWER'] };
    expect(told(await rig.call(rig.ownerKey, 'POST', MEMBERS, again))).toEqual([409, 'conflict', 'login']);
    expect(told(await rig.call(north.ownerKey, 'POST', MEMBERS, again))).toEqual([409, 'conflict', 'login']);
  });

  it.each([
    ['no roles', { roles: [] }, 'roles'],
    ['an unknown role', { roles: ['VIEWER', 'KING'] }, 'roles[1]'],
    ['a role of the language', { roles: ['toString'] }, 'roles[0]'],
    ['a blank name', { name: '  ' }, 'name'],
    ['a login name with a space', { email: 'a b' }, 'login'],
    ['a login name that hides a letter', { email: 'a\u200bb' }, 'login'],
    ['a login name with a letter without a shape', { email: 'a\u3164b' }, 'login'],
    ['a login name that turns its direction', { email: 'a\u202eb' }, 'login'],
    ['a login name with a control character', { email: 'a\u0007b' }, 'login'],
    ['a login name with one Cyrillic letter among Latin ones', { email: 'r\u043eot@example.com' }, 'login'],
    ['a login name with one Greek letter among Latin ones', { email: 'r\u03bfot' }, 'login'],
    ['a password', { password: 'tally sticks at dawn' }, 'password'],
  ])('refuses %s', async (_what, fields, param) => {
    const wish = { email: 'fine', name: 'n', roles: ['VIEWER'], ...fields };
    expect(told(await rig.call(rig.ownerKey, 'POST', MEMBERS, wish))).toEqual([400, 'invalid_request', param]);
  });
});

it.each([
  '\u0438\u0432\u0430\u043d@example.com',
  '\u5c71\u7530-\u30bf\u30ed\u30a6',
  'jos\u00e9.\u043f\u0435\u0442\u0440\u043e7',
  '\uff21\uff4e\uff4e',
])('takes the login name %s, each of whose words is of one alphabet', async (email) =>
  expect((await rig.call(rig.ownerKey, 'POST', MEMBERS, { email, name: 'n', roles: ['VIEWER'] })).status).toBe(201),
);

describe('nobody does more than they hold', () => {
  it('gives no role beyond their own, to others or to themselves', async () => {
    const admin = await rig.makeMember('limited', { roles: ['TENANT_ADMIN'] });
    const as = (method: string, path: string, body: object): Promise<Reply> =>
      rig.callAs(admin.token, method, path, body);
    for (const role of ['OWNER', 'ADMIN']) {
      const invited = await as('POST', MEMBERS, { email: `by-${role}`, name: 'n', roles: ['VIEWER', role] });
      expect(told(invited)).toEqual([403, 'policy_denied', 'roles']);
      const raised = await as('PATCH', `${MEMBERS}/${admin.id}`, { version: 2, roles: ['TENANT_ADMIN', role] });
      expect(told(raised)).toEqual([403, 'policy_denied', 'roles']);
    }
    expect((await as('POST', MEMBERS, { email: 'peer', name: 'n', roles: ['TENANT_ADMIN'] })).status).toBe(201);
  });

  it('neither changes nor enters as somebody who may do more', async () => {
    const owner = await rig.makeMember('second-owner', { roles: ['OWNER'] });
    const admin = await rig.makeMember('climber', { roles: ['TENANT_ADMIN'] });
    const path = `${MEMBERS}/${owner.id}`;
    const attempts = [
      await rig.callAs(admin.token, 'PATCH', path, { version: 2, name: 'mine' }),
      await rig.callAs(admin.token, 'PATCH', path, { version: 2, status: 'suspended' }),
      await rig.callAs(admin.token, 'PATCH', path, { version: 2, roles: ['VIEWER'] }),
      await rig.callAs(admin.token, 'POST', `${path}/sign-in-link`),
      await rig.callAs(admin.token, 'DELETE', path),
    ];
    for (const attempt of attempts) expect(told(attempt)).toEqual([403, 'policy_denied', null]);
    expect(await find(owner.id)).toMatchObject({ name: 'second-owner', status: 'active', version: 2 });
  });

  it('manages members with a key that ends or is bound to some models', async () => {
    const { id } = await rig.invite('bystander');
    const limited = [{ expires_at: new Date(rig.clock.now() + 60_000).toISOString() }, { models: ['small'] }];
    for (const fields of limited) {
      const { key } = await rig.makeKey(rig.ownerKey, { scopes: ['*'], ...fields });
      const invited = await rig.call(key, 'POST', MEMBERS, { email: 'forever', name: 'n', roles: ['OWNER'] });
      expect(told(invited)).toEqual([403, 'policy_denied', null]);
      expect((await rig.call(key, 'POST', `${MEMBERS}/${id}/sign-in-link`)).status).toBe(403);
    }
  });

  it('sees or reaches a member of another tenant, except for owners of default', async () => {
    const one = await rig.makeTenant('one');
    const two = await rig.makeTenant('two');
    const { id } = await rig.invite('of-two', { tenant_id: two.id });
    const path = `${MEMBERS}/${id}`;
    const attempts = [
      await rig.call(one.ownerKey, 'GET', path),
      await rig.call(one.ownerKey, 'PATCH', path, { version: 1, name: 'mine' }),
      await rig.call(one.ownerKey, 'DELETE', path),
      await rig.call(one.ownerKey, 'POST', `${path}/sign-in-link`),
      await rig.call(one.ownerKey, 'GET', `${MEMBERS}?tenant_id=${two.id}`),
      await rig.call(one.ownerKey, 'POST', MEMBERS, { email: 'x', name: 'x', roles: ['VIEWER'], tenant_id: two.id }),
    ];
    expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect((await rig.call(two.ownerKey, 'GET', path)).status).toBe(200);
    expect((await rig.call(one.ownerKey, 'GET', MEMBERS)).body['data']).toEqual([]);
  });
});

describe('two who change one member at once', () => {
  it('are not both right: the first wins, the other is told', async () => {
    const { id } = await rig.invite('contested');
    const replies = await Promise.all([
      change(rig.ownerKey, id, { version: 1, roles: ['VIEWER'] }),
      change(rig.ownerKey, id, { version: 1, roles: ['TENANT_ADMIN'] }),
      change(rig.ownerKey, id, { version: 1, name: 'third' }),
    ]);
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 409).map(told)).toEqual(
      Array.from({ length: 2 }, () => [409, 'conflict', 'version']),
    );
    expect(await find(id)).toMatchObject({ version: 2, name: won[0]?.body['name'], roles: won[0]?.body['roles'] });
    expect((await rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${id}?version=1`)).status).toBe(409);
    expect((await rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${id}?version=2`)).status).toBe(204);
    expect((await rig.call(rig.ownerKey, 'GET', `${MEMBERS}/${id}`)).status).toBe(404);
  });

  it('does not count a sign-in as a change', async () => {
    const { id, token } = await rig.makeMember('seen');
    const { version } = await find(id);
    rig.clock.advance(5 * 60_000);
    await rig.callAs(token, 'GET', '/api/v1/me');
    expect(await find(id)).toMatchObject({ version, last_seen_at: new Date(rig.clock.now()).toISOString() });
  });
});

describe('the last owner of a tenant', () => {
  it('stays: not suspended, not removed, not made less', async () => {
    const { id } = await rig.makeTenant('kept');
    const only = await rig.makeMember('only', { roles: ['OWNER'], tenant_id: id });
    const leave = async (): Promise<unknown[][]> => [
      told(await change(rig.ownerKey, only.id, { version: 2, status: 'suspended' })),
      told(await change(rig.ownerKey, only.id, { version: 2, roles: ['ADMIN'] })),
      told(await rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${only.id}`)),
    ];
    const refused = Array.from({ length: 3 }, () => [409, 'conflict', null]);
    expect(await leave()).toEqual(refused);
    // A suspended one does not count as left, nor does the owner of another tenant.
    const second = await rig.invite('resting', { roles: ['OWNER'], tenant_id: id });
    await change(rig.ownerKey, second.id, { version: 1, status: 'suspended' });
    expect(await leave()).toEqual(refused);
    expect(await find(only.id)).toMatchObject({ status: 'active', roles: ['OWNER'], version: 2 });
    expect((await rig.callAs(only.token, 'GET', '/api/v1/me')).status).toBe(200);
    await change(rig.ownerKey, second.id, { version: 2, status: 'active' });
    expect((await rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${only.id}`)).status).toBe(204);
  });

  it('is one of two who go at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await rig.makeTenant(`racing ${round}`);
      const two = await Promise.all(
        [1, 2].map((one) => rig.invite(`racer-${round}-${one}`, { roles: ['OWNER'], tenant_id: id })),
      );
      const replies = await Promise.all(two.map((one) => rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${one.id}`)));
      expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    }
  });
});

describe('what somebody leaves behind', () => {
  it('is told of each key that they made: their suspension, their removal, and the end of the key that made it', async () => {
    const admin = await rig.makeMember('key-maker', { roles: ['TENANT_ADMIN'] });
    const { body: made } = await rig.callAs(admin.token, 'POST', '/api/v1/keys', { name: 'left behind' });
    const byKey = await rig.makeKey(String(made['key']), { name: 'made by that key' });
    const stateOf = async (id: unknown): Promise<unknown[]> => {
      const { body } = await rig.call(rig.ownerKey, 'GET', '/api/v1/keys?limit=500');
      const listed = (body['data'] as { id: string; maker_state: string | null }[]).find((key) => key.id === id);
      return [
        listed?.maker_state,
        (await rig.call(rig.ownerKey, 'GET', `/api/v1/keys/${String(id)}`)).body['maker_state'],
      ];
    };
    expect(made['maker_state']).toBe('active');
    expect(await stateOf(made['id'])).toEqual(['active', 'active']);
    await change(rig.ownerKey, admin.id, { version: 2, status: 'suspended' });
    expect(await stateOf(made['id'])).toEqual(['suspended', 'suspended']);
    await change(rig.ownerKey, admin.id, { version: 3, status: 'active' });
    expect(await stateOf(made['id'])).toEqual(['active', 'active']);
    await rig.call(rig.ownerKey, 'DELETE', `${MEMBERS}/${admin.id}`);
    expect(await stateOf(made['id'])).toEqual(['removed', 'removed']);
    expect(await stateOf(byKey.id)).toEqual(['active', 'active']);
    await rig.call(rig.ownerKey, 'DELETE', `/api/v1/keys/${String(made['id'])}`);
    expect(await stateOf(byKey.id)).toEqual(['revoked', 'revoked']);
  });

  it('is told in another tenant than theirs', async () => {
    const north = await rig.makeTenant('made from outside');
    const outside = await rig.makeKey(rig.ownerKey, { name: 'from outside' });
    const made = await rig.makeKey(outside.key, { name: 'inside', tenant_id: north.id });
    const seen = async () => (await rig.call(north.ownerKey, 'GET', `/api/v1/keys/${made.id}`)).body;
    expect(await seen()).toMatchObject({ created_by: outside.id, maker_state: 'active' });
    await rig.call(rig.ownerKey, 'DELETE', `/api/v1/keys/${outside.id}`);
    expect(await seen()).toMatchObject({ created_by: outside.id, maker_state: 'revoked' });
  });
});

it('a sign-in link that somebody makes for another is told as an event, with who made it', async () => {
  const { id } = await rig.invite('impersonated');
  const admin = await rig.makeMember('helper', { roles: ['TENANT_ADMIN'] });
  const findLinks = () =>
    rig.database.asRole('operator', async (tx) => {
      const { rows } = await sql<{ data: Record<string, unknown> }>`
        select payload->'data' as data from outbox where event_type = 'identity.member-link-made.v1'`.execute(tx);
      return rows.map(({ data }) => data).filter((data) => data['member_id'] === id);
    });
  expect(await findLinks()).toEqual([]);
  expect((await rig.callAs(admin.token, 'POST', `${MEMBERS}/${id}/sign-in-link`)).status).toBe(201);
  const [noted, ...more] = await findLinks();
  expect(more).toEqual([]);
  expect(noted).toMatchObject({ member_id: id, tenant_id: 'default', by: expect.stringMatching(/^key_/) });
  expect(JSON.stringify(noted)).not.toContain('impersonated');
  const { body: makers } = await rig.call(rig.ownerKey, 'GET', `/api/v1/keys/${String(noted?.['by'])}`);
  expect(makers['member_id']).toBe(admin.id);
});
