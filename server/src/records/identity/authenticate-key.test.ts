import { describe, expect, it } from 'vitest';
import { asKeyId, asTenantId } from '#kernel';
import { createVirtualClock } from '../../platform/clock/testing.ts';
import { hashApiKey } from './api-key.ts';
import { createAuthenticator } from './authenticate-key.ts';
import type { KeyRecord } from './key-store.ts';

const KEY = 'rv_0000000000_secret';

function record(id: string, changes: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id: asKeyId(id),
    tenantId: asTenantId('default'),
    name: id,
    prefix: 'rv_0000000000',
    scopes: ['models:invoke'],
    models: null,
    expiresAtMs: null,
    revokedAtMs: null,
    createdAtMs: 0,
    createdBy: null,
    memberId: null,
    ...changes,
  };
}

/** A database of one table in memory whose answers can be held back: a read sees the moment it was asked. */
function openRig() {
  const clock = createVirtualClock();
  const stored = new Map<string, KeyRecord>();
  const queries: (readonly string[])[] = [];
  const held: (() => void)[] = [];
  let holding = false;
  const authenticator = createAuthenticator({
    clock,
    async findKeys(hashes) {
      queries.push(hashes);
      const rows = hashes.flatMap((hash) => {
        const key = stored.get(hash);
        return key === undefined ? [] : [{ hash, key }];
      });
      if (holding) await new Promise<void>((resolve) => held.push(resolve));
      return rows;
    },
  });
  return {
    clock,
    authenticator,
    stored,
    queries,
    put: (text: string, key: KeyRecord) => stored.set(hashApiKey(text), key),
    hold: () => (holding = true),
    letGo() {
      holding = false;
      for (const resolve of held.splice(0)) resolve();
    },
  };
}

describe('authenticate', () => {
  it('asks the database once for a key and then remembers it', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a', { models: ['fast'] }));
    for (let turn = 0; turn < 3; turn += 1) {
      const who = await rig.authenticator.authenticate(KEY);
      expect(who?.actor.keyId).toBe('key_a');
      expect(who?.actor.models).toEqual(new Set(['fast']));
    }
    expect(rig.queries).toHaveLength(1);
  });

  it('asks once for many calls that come at the same time', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    const all = await Promise.all(Array.from({ length: 50 }, () => rig.authenticator.authenticate(KEY)));
    expect(all.every((who) => who?.actor.keyId === 'key_a')).toBe(true);
    expect(rig.queries).toHaveLength(1);
  });

  it('reads a flood of wrong keys in few queries, one at a time, and the right key among them', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    const wrong = Array.from({ length: 1000 }, (_, index) => rig.authenticator.authenticate(`wrong ${index}`));
    const right = rig.authenticator.authenticate(KEY);
    expect((await Promise.all(wrong)).every((who) => who === null)).toBe(true);
    expect(await right).not.toBeNull();
    expect(rig.queries.length).toBeLessThanOrEqual(6);
  });

  it('looks a wrong key up again only after a second', async () => {
    const rig = openRig();
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
    rig.clock.advance(999);
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
    expect(rig.queries).toHaveLength(1);
    rig.put(KEY, record('key_a'));
    rig.clock.advance(1);
    expect(await rig.authenticator.authenticate(KEY)).not.toBeNull();
  });

  it('knows a key at once that this process makes while it is remembered as wrong', async () => {
    const rig = openRig();
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
    rig.put(KEY, record('key_a'));
    rig.authenticator.welcome(hashApiKey(KEY));
    expect(await rig.authenticator.authenticate(KEY)).not.toBeNull();
  });

  it('refuses a remembered key from the very millisecond in which it expires', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a', { expiresAtMs: rig.clock.now() + 500 }));
    expect(await rig.authenticator.authenticate(KEY)).not.toBeNull();
    rig.clock.advance(499);
    expect(await rig.authenticator.authenticate(KEY)).not.toBeNull();
    rig.clock.advance(1);
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
  });

  it('refuses a key whose look-up was under way while it was revoked, to every call', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    rig.hold();
    const before = rig.authenticator.authenticate(KEY);
    rig.put(KEY, record('key_a', { revokedAtMs: rig.clock.now() }));
    rig.authenticator.forget(asKeyId('key_a'));
    const after = rig.authenticator.authenticate(KEY);
    rig.letGo();
    expect(await after).toBeNull();
    await before;
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
  });

  it('refuses a remembered key as soon as it is forgotten', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    await rig.authenticator.authenticate(KEY);
    rig.put(KEY, record('key_a', { revokedAtMs: rig.clock.now() }));
    rig.authenticator.forget(asKeyId('key_a'));
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
  });

  it('reads keys again after a second while revocations of others are not heard, after a minute otherwise', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    for (const [listening, ageMs] of [
      [false, 1_000],
      [true, 60_000],
    ] as const) {
      rig.authenticator.setListening(listening);
      await rig.authenticator.authenticate(KEY);
      const read = rig.queries.length;
      rig.clock.advance(ageMs - 1);
      await rig.authenticator.authenticate(KEY);
      expect(rig.queries).toHaveLength(read);
      rig.clock.advance(1);
      await rig.authenticator.authenticate(KEY);
      expect(rig.queries).toHaveLength(read + 1);
    }
  });

  it('does not remember what it read across a gap in which a revocation may have been lost', async () => {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    rig.hold();
    const during = rig.authenticator.authenticate(KEY);
    rig.put(KEY, record('key_a', { revokedAtMs: rig.clock.now() }));
    rig.authenticator.setListening(true);
    rig.letGo();
    await during;
    expect(await rig.authenticator.authenticate(KEY)).toBeNull();
  });

  it('passes on that the database is away, and recovers', async () => {
    const clock = createVirtualClock();
    let away = true;
    const authenticator = createAuthenticator({
      clock,
      findKeys: (hashes) =>
        away
          ? Promise.reject(new Error('away'))
          : Promise.resolve(hashes.map((hash) => ({ hash, key: record('key_a') }))),
    });
    await expect(authenticator.authenticate(KEY)).rejects.toThrow('away');
    away = false;
    expect(await authenticator.authenticate(KEY)).not.toBeNull();
  });
});

describe('the revocation checks find a seeded fault:', () => {
  type Authenticator = ReturnType<typeof createAuthenticator>;

  /** Whether a key is still served after its revocation, which met it in memory or in a look-up under way. */
  async function isServedAfter(
    met: 'in memory' | 'under way',
    forget: (real: Authenticator) => void,
  ): Promise<boolean> {
    const rig = openRig();
    rig.put(KEY, record('key_a'));
    if (met === 'in memory') await rig.authenticator.authenticate(KEY);
    else rig.hold();
    const before = rig.authenticator.authenticate(KEY);
    rig.put(KEY, record('key_a', { revokedAtMs: rig.clock.now() }));
    forget(rig.authenticator);
    rig.letGo();
    await before;
    return (await rig.authenticator.authenticate(KEY)) !== null;
  }

  it.each(['in memory', 'under way'] as const)('a revocation that tells nobody, met %s', async (met) => {
    expect(await isServedAfter(met, (real) => real.forget(asKeyId('key_a')))).toBe(false);
    expect(await isServedAfter(met, () => undefined)).toBe(true);
    expect(await isServedAfter(met, (real) => real.forget(asKeyId('key_b')))).toBe(true);
  });
});
