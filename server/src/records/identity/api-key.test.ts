import { describe, expect, it } from 'vitest';
import { PERMISSIONS, ROLES } from '@reeve/contracts';
import { createIdSource } from '#kernel';
import { createSeededRandom, createVirtualClock } from '../../platform/clock/testing.ts';
import { hashApiKey, makeApiKey, prefixOf } from './api-key.ts';
import { expandScope } from './roles.ts';

describe('API keys', () => {
  it('carry 256 bits of secret and a public id', () => {
    const random = createSeededRandom(1);
    const ids = createIdSource(createVirtualClock(), random);
    const made = Array.from({ length: 200 }, () => makeApiKey(ids.next('key'), random));
    expect(new Set(made.map(({ text }) => text)).size).toBe(200);
    for (const { text, prefix, hash } of made) {
      expect(text).toMatch(/^rv_[0-9a-hjkmnp-tv-z]{10}_[0-9a-hjkmnp-tv-z]{52}$/);
      expect([prefixOf(text), hashApiKey(text)]).toEqual([prefix, hash]);
    }
    const lastCharacters = new Set(made.map(({ text }) => text.at(-1)));
    expect(lastCharacters).toEqual(new Set(['0', 'g']));
  });

  it('hash as public tools do', () => {
    expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('show four characters of a key that people made up', () => {
    expect(prefixOf('correct-horse-battery-staple')).toBe('corr…');
  });
});

describe('roles', () => {
  it('stand for permissions that exist', () => {
    for (const role of Object.keys(ROLES)) {
      const granted = expandScope(role) ?? [];
      expect(granted.length).toBeGreaterThan(0);
      for (const one of granted) expect(['*', ...PERMISSIONS]).toContain(one);
    }
    expect(expandScope('receipts:write')).toBeNull();
    expect(expandScope('constructor')).toBeNull();
  });
});
