import { describe, expect, it } from 'vitest';
import { parseNatsUrl } from './nats-link.ts';
import { toPattern } from './subject-pattern.ts';

describe('subjects', () => {
  const cases: [subjects: string[], takes: string[], leaves: string[]][] = [
    [['a.b'], ['a.b'], ['a', 'a.b.c', 'aXb', 'x.a.b']],
    [['a.*'], ['a.b', 'a.c-d_1'], ['a', 'a.b.c', 'b.a']],
    [['a.>'], ['a.b', 'a.b.c'], ['a', 'ab']],
    [
      ['*.b', 'c'],
      ['a.b', 'c'],
      ['b', 'c.b.b'],
    ],
    [['>'], ['a', 'a.b.c'], []],
  ];
  it.each(cases)('%j', (subjects, takes, leaves) => {
    const pattern = new RegExp(toPattern(subjects));
    expect(takes.filter((subject) => !pattern.test(subject))).toEqual([]);
    expect(leaves.filter((subject) => pattern.test(subject))).toEqual([]);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a.>.b', 'a b', 'a|b', 'a.b$', '(a)'])('%j is none', (subject) => {
    expect(() => toPattern([subject])).toThrow('is no subject');
  });
});

describe('the address of NATS', () => {
  it.each([
    ['nats://h:4222', { servers: ['h:4222'], login: {}, tls: false, replicas: 1 }],
    [
      'tls://u:p%40@a:1,b:2?replicas=3',
      { servers: ['a:1', 'b:2'], login: { user: 'u', pass: 'p@' }, tls: true, replicas: 3 },
    ],
    ['nats://secret@h:1/', { servers: ['h:1'], login: { token: 'secret' }, tls: false, replicas: 1 }],
  ])('%s', (url, address) => expect(parseNatsUrl(url)).toEqual(address));

  it.each(['http://h:1', 'nats://', 'nats://h:1?replicas=2', 'h:4222'])('%s is none', (url) => {
    expect(() => parseNatsUrl(url)).toThrow('not a NATS address');
  });
});
