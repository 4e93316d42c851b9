import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '@reeve/contracts';
import { sql } from 'kysely';
import { openIdentityRig, type IdentityRig } from './testing.ts';

let rig: IdentityRig;
beforeAll(async () => {
  rig = await openIdentityRig();
});
afterAll(() => rig.close());

const keys = '/api/v1/keys';
const members = '/api/v1/members';
const tenants = '/api/v1/tenants';
const make = (key: string, fields: object) => rig.call(key, 'POST', keys, { name: 'n', ...fields });

describe('making keys', () => {
  it('shows the key once and stores its hash only', async () => {
    const { status, body } = await make(rig.ownerKey, { scopes: ['usage:read'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ tenant_id: 'default', scopes: ['usage:read'], models: null, expires_at: null });
    const text = String(body['key']);
    expect(text).toMatch(/^rv_[0-9a-z]{10}_[0-9a-z]{52}$/);
    expect(text.startsWith(`${String(body['prefix'])}_`)).toBe(true);
    const { rows } = await rig.database.asRole('operator', (tx) =>
      sql<{ row: string }>`select row_to_json(api_key)::text as row from api_key`.execute(tx),
    );
    const stored = rows.map(({ row }) => row).join('\n');
    expect(stored).toContain(hash('sha256', text));
    expect(stored).not.toContain(text.slice(text.lastIndexOf('_') + 1));
    const shown = await rig.call(rig.ownerKey, 'GET', `${keys}/${String(body['id'])}`);
    expect(JSON.stringify(shown.body)).not.toContain(hash('sha256', text));
    expect(shown.body['key']).toBeUndefined();
  });

  it('serves a fresh key at once, with the scopes and models it was given', async () => {
    const { key } = await rig.makeKey(rig.ownerKey, { scopes: ['VIEWER'], models: ['fast'] });
    const who = await rig.identity.authenticate(key);
    expect(who?.actor.scopes).toEqual(new Set(['receipts:read', 'usage:read']));
    expect(who?.actor.models).toEqual(new Set(['fast']));
  });

  it("gives the maker's scopes and models where none are named", async () => {
    const maker = await rig.makeKey(rig.ownerKey, { scopes: ['keys:manage', 'usage:read'], models: ['a', 'b'] });
    const { body } = await make(maker.key, {});
    expect(body).toMatchObject({ scopes: ['keys:manage', 'usage:read'], models: ['a', 'b'] });
  });

  it('grants nothing that the maker does not hold', async () => {
    const expires = new Date(rig.clock.now() + 60_000).toISOString();
    const later = new Date(rig.clock.now() + 60_001).toISOString();
    const fields = { scopes: ['keys:manage', 'usage:read'], models: ['a'], expires_at: expires };
    const { key } = await rig.makeKey(rig.ownerKey, fields);
    for (const wish of [
      { scopes: ['*'] },
      { scopes: ['models:invoke'] },
      { scopes: ['OWNER'] },
      { scopes: ['VIEWER'] },
      { models: ['b'] },
      { models: ['a', 'b'] },
      { expires_at: later },
    ]) {
      const { status, body } = await make(key, wish);
      expect([wish, status, body['code']]).toEqual([wish, 403, 'policy_denied']);
    }
    const inside = await make(key, { scopes: ['usage:read'], models: ['a'] });
    expect(inside.body).toMatchObject({ scopes: ['usage:read'], models: ['a'], expires_at: expires });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: '   ' }, 'name'],
    [{ name: 'a\u0000b' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: undefined }, 'name'],
    [{ scopes: ['models:invoke', 'nonsense'] }, 'scopes[1]'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: 'all' }, 'scopes'],
    [{ scopes: ['toString'] }, 'scopes[0]'],
    [{ models: ['a\u0000'] }, 'models[0]'],
    [{ models: [] }, 'models'],
    [{ expires_at: '2001-01-01T00:00:00Z' }, 'expires_at'],
    [{ expires_at: '2099-02-31T25:00:00Z' }, 'expires_at'],
    [{ expires_at: 'tomorrow' }, 'expires_at'],
    [{ expires_at: 4_102_444_800 }, 'expires_at'],
    [{ tenant_id: 'x; drop table tenant' }, 'tenant_id'],
    [{ owner: true }, 'owner'],
  ])('refuses %j and names the field', async (fields, param) => {
    const { status, body } = await make(rig.ownerKey, fields);
    expect([status, body['param']]).toEqual([400, param]);
  });

  it('takes an expiry with an offset and a name of 200 characters', async () => {
    const { status, body } = await make(rig.ownerKey, { name: 'é'.repeat(200), expires_at: '2099-01-01T02:00+02:00' });
    expect([status, body['expires_at']]).toEqual([201, '2099-01-01T00:00:00.000Z']);
  });
});

describe('ending keys', () => {
  it('refuses the key from the moment of the answer; ending it again changes nothing', async () => {
    const { id, key } = await rig.makeKey(rig.ownerKey);
    expect(await rig.identity.authenticate(key)).not.toBeNull();
    expect((await rig.call(rig.ownerKey, 'DELETE', `${keys}/${id}`)).status).toBe(204);
    expect(await rig.identity.authenticate(key)).toBeNull();
    const ended = await rig.call(rig.ownerKey, 'GET', `${keys}/${id}`);
    rig.clock.advance(5);
    expect((await rig.call(rig.ownerKey, 'DELETE', `${keys}/${id}`)).status).toBe(204);
    expect((await rig.call(rig.ownerKey, 'GET', `${keys}/${id}`)).body).toEqual(ended.body);
  });

  it('never serves a key after its revocation was answered, however calls and revocation meet', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id, key } = await rig.makeKey(rig.ownerKey);
      const early = rig.identity.authenticate(key);
      const ending = rig.call(rig.ownerKey, 'DELETE', `${keys}/${id}`);
      if (round % 2 === 1) await early;
      expect((await ending).status).toBe(204);
      expect(await rig.identity.authenticate(key)).toBeNull();
    }
  });

  it('answers 404 for ids that do not exist or are no ids', async () => {
    for (const id of ['key_00000000000000000000000000', 'key_x', "key_'; drop table api_key"]) {
      const reply = await rig.call(rig.ownerKey, 'DELETE', `${keys}/${encodeURIComponent(id)}`);
      expect([id, reply.status]).toEqual([id, 404]);
    }
  });
});

describe('tenants', () => {
  it('are made and listed from default, by whoever holds tenants:manage there', async () => {
    const made = await rig.call(rig.ownerKey, 'POST', tenants, { name: 'made-and-listed' });
    expect(made.status).toBe(201);
    expect(Object.keys(made.body).toSorted()).toEqual(['created_at', 'id', 'name']);
    const delegate = await rig.makeKey(rig.ownerKey, { scopes: ['tenants:manage'] });
    const { body } = await rig.call(delegate.key, 'GET', tenants);
    expect(body['data']).toContainEqual(made.body);
    expect(body['data']).toContainEqual(expect.objectContaining({ id: 'default', name: 'default' }));
  });

  it('have names of their own, once', async () => {
    await rig.call(rig.ownerKey, 'POST', tenants, { name: 'twice' });
    const again = await rig.call(rig.ownerKey, 'POST', tenants, { name: 'twice' });
    expect([again.status, again.body['code']]).toEqual([409, 'conflict']);
    expect((await rig.call(rig.ownerKey, 'POST', tenants, { name: 'default' })).status).toBe(409);
    expect((await rig.call(rig.ownerKey, 'POST', tenants, { name: 'x', tier: 'gold' })).body['param']).toBe('tier');
  });

  it('see nothing of each other, and their owners nothing of tenants at all', async () => {
    const one = await rig.makeTenant('one');
    const two = await rig.makeTenant('two');
    const victim = await rig.makeKey(two.ownerKey);
    for (const [method, path, body] of [
      ['GET', `${keys}/${victim.id}`, undefined],
      ['DELETE', `${keys}/${victim.id}`, undefined],
      ['GET', `${keys}?tenant_id=${two.id}`, undefined],
      ['GET', `${keys}?tenant_id=default`, undefined],
      ['POST', keys, { name: 'intruder', tenant_id: two.id }],
      ['POST', keys, { name: 'intruder', tenant_id: 'default' }],
    ] as const) {
      expect([path, (await rig.call(one.ownerKey, method, path, body)).status]).toEqual([path, 404]);
    }
    expect((await rig.call(one.ownerKey, 'POST', tenants, { name: 'three' })).status).toBe(403);
    expect((await rig.call(one.ownerKey, 'GET', tenants)).status).toBe(403);
    expect(await rig.identity.authenticate(victim.key)).not.toBeNull();
    const { body } = await rig.call(one.ownerKey, 'GET', keys);
    expect(body['data']).toEqual([expect.objectContaining({ tenant_id: one.id, name: 'owner' })]);
  });

  it('are all within reach of the owner of default, and only an owner', async () => {
    const one = await rig.makeTenant('within reach');
    const { id, key } = await rig.makeKey(one.ownerKey);
    const listed = await rig.call(rig.ownerKey, 'GET', `${keys}?tenant_id=${one.id}`);
    expect(listed.body['data']).toHaveLength(2);
    const manager = await rig.makeKey(rig.ownerKey, { scopes: ['ADMIN'] });
    expect((await make(manager.key, { tenant_id: one.id })).status).toBe(404);
    expect((await rig.call(manager.key, 'DELETE', `${keys}/${id}`)).status).toBe(404);
    expect((await rig.call(rig.ownerKey, 'DELETE', `${keys}/${id}`)).status).toBe(204);
    expect(await rig.identity.authenticate(key)).toBeNull();
    expect((await make(rig.ownerKey, { tenant_id: 'ten_00000000000000000000000000' })).status).toBe(404);
    expect((await rig.callAsOperator('GET', `${keys}?tenant_id=${one.id}`)).status).toBe(200);
  });
});

describe('listing', () => {
  it('walks all keys of the tenant, oldest first, page by page', async () => {
    const one = await rig.makeTenant('paged');
    const made = [];
    for (let count = 0; count < 6; count += 1) made.push((await rig.makeKey(one.ownerKey)).id);
    const seen: string[] = [];
    let path: string | null = `${keys}?limit=3`;
    while (path !== null) {
      const { body }: { body: Record<string, unknown> } = await rig.call(one.ownerKey, 'GET', path);
      for (const key of body['data'] as { id: string }[]) seen.push(key.id);
      const links = body['links'] as { next: string | null };
      path = links.next;
    }
    expect(seen.slice(1)).toEqual(made);
    expect(seen).toHaveLength(7);
  });
});

describe('permission × route', () => {
  const routes = [
    ['POST', tenants, 'tenants:manage', { name: 'm' }],
    ['GET', tenants, 'tenants:manage', undefined],
    ['POST', keys, 'keys:manage', { name: 'm' }],
    ['GET', keys, 'keys:manage', undefined],
    ['GET', `${keys}/:id`, 'keys:manage', undefined],
    ['DELETE', `${keys}/:id`, 'keys:manage', undefined],
    ['GET', members, 'members:manage', undefined],
    ['GET', '/api/v1/me', 'identified', undefined],
  ] as const;
  /** These refuse a key that ends, which is what the matrix asks with; or they are for sessions. */
  const others = [
    ['POST', members, 'members:manage'],
    ['GET', `${members}/:id`, 'members:manage'],
    ['PATCH', `${members}/:id`, 'members:manage'],
    ['DELETE', `${members}/:id`, 'members:manage'],
    ['POST', `${members}/:id/sign-in-link`, 'members:manage'],
    ['POST', '/api/v1/sign-in', 'public'],
    ['POST', '/api/v1/sign-out', 'public'],
    ['POST', '/api/v1/me/tenant', 'identified'],
    ['PUT', '/api/v1/me/password', 'identified'],
  ] as const;

  it('covers every route of the room', () => {
    const declared = (rig.identity.plugin.routes ?? []).map(({ method, path, permission }) => [
      method,
      path,
      permission,
    ]);
    expect(declared.toSorted()).toEqual(
      [...routes, ...others].map(([method, path, permission]) => [method, path, permission]).toSorted(),
    );
  });

  it.each(routes)('%s %s is for %s, and for no key that lacks it, has expired or was revoked', async (...route) => {
    const [method, template, permission, body] = route;
    for (const scope of [...PERMISSIONS, '*']) {
      const target = await rig.makeKey(rig.ownerKey);
      const path = template.replace(':id', target.id);
      const unique = body === undefined ? undefined : { name: `${method} ${template} ${scope}` };
      const expires = new Date(rig.clock.now() + 1_000).toISOString();
      const { id, key } = await rig.makeKey(rig.ownerKey, { scopes: [scope], expires_at: expires });
      const opens = permission === 'identified' || scope === permission || scope === '*';
      const expected = opens ? expect.toBeOneOf([200, 201, 204]) : 403;
      expect([scope, (await rig.call(key, method, path, unique)).status]).toEqual([scope, expected]);
      const other = await rig.makeKey(rig.ownerKey, { scopes: [scope] });
      await rig.call(rig.ownerKey, 'DELETE', `${keys}/${other.id}`);
      expect((await rig.call(other.key, method, path, unique)).status).toBe(401);
      rig.clock.advance(1_000);
      expect((await rig.call(key, method, path, unique)).status).toBe(401);
      expect(id).not.toBe('');
    }
    expect((await rig.call('no such key at all, really', method, template, body)).status).toBe(401);
  });
});
