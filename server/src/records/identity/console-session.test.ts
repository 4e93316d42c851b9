import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { openIdentityRig, type IdentityRig } from './testing.ts';

const SIGN_IN = '/api/v1/sign-in';
const ME = '/api/v1/me';
const PASSWORD = 'tally sticks at dawn';
const MINUTE_MS = 60_000;
const IDLE_MS = 15 * MINUTE_MS;

let rig: IdentityRig;
beforeAll(async () => {
  rig = await openIdentityRig();
});
afterAll(() => rig.close());

const isAlive = async (token: string): Promise<boolean> => (await rig.callAs(token, 'GET', ME)).status === 200;
const change = (id: string, version: number, wish: object) =>
  rig.call(rig.ownerKey, 'PATCH', `/api/v1/members/${id}`, { version, ...wish });

describe('a session', () => {
  it('ends a quarter of an hour after the last thing that the person did', async () => {
    const { token } = await rig.makeMember('idle');
    rig.clock.advance(IDLE_MS - 1);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(IDLE_MS - 1);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(IDLE_MS);
    expect(await isAlive(token)).toBe(false);
  });

  it('is not kept alive by what a page asks by itself', async () => {
    const { token } = await rig.makeMember('away');
    for (let minute = 1; minute < 15; minute += 1) {
      rig.clock.advance(MINUTE_MS);
      expect(await rig.identity.authenticateSession(token, false)).not.toBeNull();
    }
    rig.clock.advance(MINUTE_MS);
    expect(await rig.identity.authenticateSession(token, false)).toBeNull();
  });

  it('ends after twelve hours, whatever is done', async () => {
    const { token } = await rig.makeMember('tireless');
    for (let minute = 10; minute < 12 * 60; minute += 10) {
      rig.clock.advance(10 * MINUTE_MS);
      expect([minute, await isAlive(token)]).toEqual([minute, true]);
    }
    rig.clock.advance(10 * MINUTE_MS);
    expect(await isAlive(token)).toBe(false);
  });

  it('never gets longer than its twelve hours by a clock that was set back', async () => {
    const { token } = await rig.makeMember('time-traveller');
    await rig.database.asRole('operator', (tx) =>
      sql`update console_session set last_seen_at = expires_at, created_at = expires_at`.execute(tx),
    );
    // Seen in the future, as after a clock that went back: it holds, and ends by its own end.
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(12 * 60 * MINUTE_MS - 1);
    expect(await isAlive(token)).toBe(true);
    rig.clock.advance(1);
    expect(await isAlive(token)).toBe(false);
  });

  it('ends by signing out, that one alone', async () => {
    const { id, token } = await rig.makeMember('leaving');
    const { body } = await rig.call(rig.ownerKey, 'POST', `/api/v1/members/${id}/sign-in-link`);
    const other = await rig.callPublic(SIGN_IN, { token: String(body['path']).split('=')[1] });
    expect(await rig.callPublic('/api/v1/sign-out', undefined, token)).toMatchObject({
      status: 204,
      sessionToken: null,
    });
    expect(await isAlive(token)).toBe(false);
    expect(await isAlive(String(other.sessionToken))).toBe(true);
    expect((await rig.callPublic('/api/v1/sign-out', undefined, token)).status).toBe(204);
  });

  it('is a fresh one at each sign-in, and the one that the browser held opens nothing any more', async () => {
    const planted = await rig.makeMember('attacker');
    const { link } = await rig.invite('victim');
    const { sessionToken } = await rig.callPublic(SIGN_IN, { token: link }, planted.token);
    expect(sessionToken).not.toBe(planted.token);
    expect(await isAlive(planted.token)).toBe(false);
    expect((await rig.callAs(String(sessionToken), 'GET', ME)).body).toMatchObject({ member: { email: 'victim' } });
    const made = 'x'.repeat(52);
    const again = await rig.invite('second-victim');
    expect((await rig.callPublic(SIGN_IN, { token: again.link }, made)).sessionToken).not.toBe(made);
    expect(await isAlive(made)).toBe(false);
  });

  it('ends everywhere else when the member sets a password', async () => {
    const { id, token } = await rig.makeMember('careful');
    const { body } = await rig.call(rig.ownerKey, 'POST', `/api/v1/members/${id}/sign-in-link`);
    const { sessionToken } = await rig.callPublic(SIGN_IN, { token: String(body['path']).split('=')[1] });
    expect((await rig.callAs(token, 'PUT', `${ME}/password`, { password: PASSWORD })).status).toBe(204);
    expect(await isAlive(token)).toBe(true);
    expect(await isAlive(String(sessionToken))).toBe(false);
  });

  it('may what the roles permit at each request, and nothing once the member is suspended or removed', async () => {
    const { id, token } = await rig.makeMember('changing', { roles: ['VIEWER'] });
    const may = async (): Promise<number> => (await rig.callAs(token, 'GET', '/api/v1/keys')).status;
    expect(await may()).toBe(403);
    expect((await change(id, 2, { roles: ['TENANT_ADMIN'] })).status).toBe(200);
    expect(await may()).toBe(200);
    expect((await change(id, 3, { roles: ['VIEWER'] })).status).toBe(200);
    expect(await may()).toBe(403);
    expect((await change(id, 4, { status: 'suspended' })).status).toBe(200);
    expect(await may()).toBe(401);
    expect((await change(id, 5, { status: 'active' })).status).toBe(200);
    expect(await may()).toBe(401);
    const removed = await rig.makeMember('removed');
    expect((await rig.call(rig.ownerKey, 'DELETE', `/api/v1/members/${removed.id}`)).status).toBe(204);
    expect(await isAlive(removed.token)).toBe(false);
  });

  it('moves to another tenant for owners of default alone, and has a key of its own there', async () => {
    const north = await rig.makeTenant('north');
    const { token } = await rig.makeMember('owner-of-all', { roles: ['OWNER'] });
    const here = (await rig.callAs(token, 'GET', ME)).body;
    const moved = await rig.callAs(token, 'POST', `${ME}/tenant`, { tenant_id: north.id });
    expect([moved.status, moved.body]).toMatchObject([200, { tenant: { id: north.id, name: 'north' } }]);
    expect(moved.body['key_id']).not.toBe(here['key_id']);
    expect((await rig.callAs(token, 'GET', ME)).body).toEqual(moved.body);
    const back = await rig.callAs(token, 'POST', `${ME}/tenant`, { tenant_id: 'default' });
    expect(back.body['key_id']).toBe(here['key_id']);
    for (const roles of [['ADMIN'], ['TENANT_ADMIN']]) {
      const one = await rig.makeMember(roles.join(), { roles });
      expect((await rig.callAs(one.token, 'POST', `${ME}/tenant`, { tenant_id: north.id })).status).toBe(404);
    }
    const local = await rig.makeMember('owner-of-north', { roles: ['OWNER'], tenant_id: north.id });
    expect((await rig.callAs(local.token, 'POST', `${ME}/tenant`, { tenant_id: 'default' })).status).toBe(404);
    expect(
      (await rig.callAs(token, 'POST', `${ME}/tenant`, { tenant_id: 'ten_00000000000000000000000000' })).status,
    ).toBe(404);
  });

  it('that works in another tenant ends there with the role that let it in', async () => {
    const south = await rig.makeTenant('south');
    const { id, token } = await rig.makeMember('was-owner', { roles: ['OWNER'] });
    await rig.callAs(token, 'POST', `${ME}/tenant`, { tenant_id: south.id });
    expect((await change(id, 2, { roles: ['ADMIN'] })).status).toBe(200);
    expect(await isAlive(token)).toBe(false);
  });
});

describe("a member's key", () => {
  it('opens nothing, stands for them without a name, and is ended with them alone', async () => {
    const { id, token } = await rig.makeMember('pseudonymous');
    const { body } = await rig.callAs(token, 'GET', ME);
    const path = `/api/v1/keys/${String(body['key_id'])}`;
    const key = await rig.call(rig.ownerKey, 'GET', path);
    expect(key.body).toMatchObject({ member_id: id, name: 'console', scopes: [], created_by: null });
    expect(JSON.stringify(key.body)).not.toContain('pseudonymous');
    expect((await rig.call(rig.ownerKey, 'DELETE', path)).status).toBe(409);
    expect(await rig.identity.authenticate(`console:${String(body['key_id'])}`)).toBeNull();
    expect((await change(id, 2, { status: 'suspended' })).status).toBe(200);
    expect((await rig.call(rig.ownerKey, 'GET', path)).body['revoked_at']).toBeNull();
    expect((await rig.call(rig.ownerKey, 'DELETE', `/api/v1/members/${id}`)).status).toBe(204);
    expect((await rig.call(rig.ownerKey, 'GET', path)).body['revoked_at']).not.toBeNull();
  });

  it('makes keys that hold no more than the member, and outlive the session', async () => {
    const { token } = await rig.makeMember('maker', { roles: ['TENANT_ADMIN'] });
    const beyond = await rig.callAs(token, 'POST', '/api/v1/keys', { name: 'k', scopes: ['tenants:manage'] });
    expect([beyond.status, beyond.body['code']]).toEqual([403, 'policy_denied']);
    const made = await rig.callAs(token, 'POST', '/api/v1/keys', { name: 'k', scopes: ['usage:read'] });
    await rig.callPublic('/api/v1/sign-out', undefined, token);
    expect((await rig.call(String(made.body['key']), 'GET', ME)).status).toBe(200);
  });
});
