import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../clock/testing.ts';
import { hashPassword, needsRehash, verifyPassword } from './port.ts';

/** From the test suite of argon2's reference implementation: "password" with the salt "somesalt". */
const REFERENCE = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('a hashed password', () => {
  it('is matched by that password alone', async () => {
    const stored = await hashPassword('correct horse', createSeededRandom(1));
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('correct horse', stored)).toBe(true);
    expect(await verifyPassword('correct horsf', stored)).toBe(false);
    expect(await verifyPassword('', stored)).toBe(false);
  });

  it('has a salt of its own', async () => {
    const random = createSeededRandom(1);
    expect(await hashPassword('same', random)).not.toBe(await hashPassword('same', random));
  });

  it('is matched however the letters were composed', async () => {
    const stored = await hashPassword('Am\u00e9lie', createSeededRandom(2));
    expect(await verifyPassword('Ame\u0301lie', stored)).toBe(true);
  });

  it('of the reference implementation is read, and asks to be made anew at our cost', async () => {
    expect(await verifyPassword('password', REFERENCE)).toBe(true);
    expect(await verifyPassword('passwore', REFERENCE)).toBe(false);
    expect(needsRehash(REFERENCE)).toBe(true);
    expect(needsRehash(await hashPassword('p', createSeededRandom(3)))).toBe(false);
  });

  it.each([
    ['', 'nothing'],
    ['password', 'no hash'],
    [REFERENCE.replace('argon2id', 'argon2i'), 'another function'],
    [REFERENCE.replace('v=19', 'v=16'), 'an old version'],
    [REFERENCE.replace('m=65536', 'm=99999999'), 'a hundred gigabytes'],
    [REFERENCE.replace('t=2', 't=4000'), 'minutes of work'],
    [REFERENCE.replace('p=1', 'p=64'), 'many threads'],
    [REFERENCE.replace('m=65536', 'm=4'), 'too little memory for argon2'],
    [REFERENCE.replace('t=2', 't=0'), 'no pass'],
  ])('%s: %s is never matched', async (stored) => {
    expect(await verifyPassword('password', stored)).toBe(false);
  });
});
