import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../platform/clock/testing.ts';
import { needsRehash } from '#platform/crypto/port.ts';
import { assertGoodPassword } from './check-password.ts';
import { createPasswordHasher, NOBODY, type Passwords } from './hash-password.ts';

function openHasher(): Passwords {
  const { admit } = createPasswordHasher(createSeededRandom(1));
  return {
    hash: (password) => admit(({ hash }) => hash(password)),
    verify: (password, stored) => admit(({ verify }) => verify(password, stored)),
  };
}

describe('a stored password', () => {
  it('is Argon2id with 19 MiB, two passes and a salt of its own', async () => {
    const hasher = openHasher();
    const [one, two] = await Promise.all([hasher.hash('the same for both'), hasher.hash('the same for both')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await hasher.verify('the same for both', one ?? '')).toBe(true);
    expect(await hasher.verify('the same for botH', one ?? '')).toBe(false);
    expect(await hasher.verify('anything', null)).toBe(false);
  });

  it('costs as much to compare where there is none', () => {
    expect(needsRehash(NOBODY)).toBe(false);
  });

  it('is worked on by two at once; some wait their turn, and beyond them callers are told to come back', async () => {
    const hasher = openHasher();
    const all = await Promise.allSettled(Array.from({ length: 40 }, () => hasher.verify('x', null)));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(40 - 2 - 32);
    for (const one of refused) expect(one).toMatchObject({ reason: { code: 'overloaded', retryAfterSeconds: 2 } });
    expect(await hasher.verify('x', null)).toBe(false);
  });

  it('is worked on to its end by whoever has a place, however many come meanwhile', async () => {
    const { admit } = createPasswordHasher(createSeededRandom(1));
    const first = admit(async ({ hash, verify }) => {
      const stored = await hash('mine');
      return [await verify('mine', stored), await verify('yours', stored)];
    });
    const others = await Promise.allSettled(Array.from({ length: 40 }, () => admit(({ verify }) => verify('x', null))));
    expect(others.filter(({ status }) => status === 'rejected')).toHaveLength(40 - 33);
    expect(await first).toEqual([true, false]);
  });
});

describe('a password', () => {
  it.each([
    'tally sticks at dawn',
    'Grünkohl um Mitternacht',
    'п’ять синіх корів',
    'kX9$wq2!vLp0Zr',
    '猫と犬と鳥と魚と馬と牛と羊',
  ])('%s is taken', (password) => {
    expect(() => assertGoodPassword(password, ['ada@example.com', 'Ada'])).not.toThrow();
  });

  it.each([
    'short one',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    'password1234',
    'P@ssw0rd!2026',
    'qwertyuiop123',
    '123456789012',
    'administrator1',
    'Welcome2026!!',
    'ada@example.com1',
    'йцукенгшщзхъ',
    '1qaz2wsx3edc',
  ])('%s is refused', (password) => {
    expect(() => assertGoodPassword(password, ['ada@example.com', 'Ada'])).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'password' }),
    );
  });
});
