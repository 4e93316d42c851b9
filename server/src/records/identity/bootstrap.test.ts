import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../../platform/database/testing.ts';
import type { Database } from '#platform/database/port.ts';
import { openIdentityRig } from './testing.ts';

const GIVEN = 'a-key-that-somebody-thought-of';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

describe('bootstrap', () => {
  it('makes the tenant default and one owner key, once', async () => {
    const rig = await openIdentityRig(database);
    const who = await rig.identity.authenticate(rig.ownerKey);
    expect(who).toMatchObject({ tenantId: 'default', actor: { models: null } });
    expect(who?.actor.scopes).toEqual(new Set(['*']));
    expect(await rig.identity.bootstrap(null)).toEqual({ firstStart: false, freshKey: null });
    const { body } = await rig.call(rig.ownerKey, 'GET', '/api/v1/keys');
    expect(body['data']).toHaveLength(1);
    await rig.close();
  });

  it('makes one key when several processes start at once', async () => {
    const rig = await openIdentityRig(database);
    const starts = await Promise.all([1, 2, 3].map(() => rig.identity.bootstrap(GIVEN)));
    expect(starts.every(({ firstStart }) => !firstStart)).toBe(true);
    const { body } = await rig.call(rig.ownerKey, 'GET', '/api/v1/keys');
    expect(body['data']).toHaveLength(2);
    await rig.close();
  });

  it('adds a key given at a later start, shows little of it, and works at once', async () => {
    const rig = await openIdentityRig(database);
    expect(await rig.identity.authenticate(GIVEN)).toBeNull();
    await rig.identity.bootstrap(GIVEN);
    expect((await rig.identity.authenticate(GIVEN))?.tenantId).toBe('default');
    const { body } = await rig.call(GIVEN, 'GET', '/api/v1/keys');
    expect(JSON.stringify(body)).not.toContain(GIVEN.slice(0, 6));
    await rig.close();
  });

  it('leaves a given key revoked that was revoked', async () => {
    const rig = await openIdentityRig(database);
    await rig.identity.bootstrap(GIVEN);
    const id = String((await rig.identity.authenticate(GIVEN))?.actor.keyId);
    await rig.call(rig.ownerKey, 'DELETE', `/api/v1/keys/${id}`);
    await rig.identity.bootstrap(GIVEN);
    expect(await rig.identity.authenticate(GIVEN)).toBeNull();
    await rig.close();
  });

  it('refuses a key that no header can carry', async () => {
    const rig = await openIdentityRig(database);
    await expect(rig.identity.bootstrap('twenty-four characters and blanks')).rejects.toThrow('REEVE_BOOTSTRAP_KEY');
    await rig.close();
  });
});
