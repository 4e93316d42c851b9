import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressKind, classifyAddress } from './address.ts';

describe('classifyAddress', () => {
  it.each<[AddressKind, string[]]>([
    ['public', ['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0', '11.0.0.0']],
    ['public', ['2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::808:808']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd12:3456::1', 'fc00::']],
    ['private', ['::ffff:10.0.0.1', '::ffff:c0a8:101', '64:ff9b::a00:1']],
    ['loopback', ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1']],
    ['never', ['169.254.169.254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', 'fe80::1%eth0']],
    ['never', ['fd00:ec2::254', 'fd20:ce::254', '100.100.100.200', '168.63.129.16', '192.0.0.192']],
    ['never', ['0.0.0.0', '::', '224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1', '240.0.0.1']],
    ['never', ['::7f00:1', '::127.0.0.1', '2002:7f00:1::', '2001:0:7f00:1::', '64:ff9b:1::1', '100::1', '64:ff9b::']],
    ['never', ['', 'localhost', '1.2.3', '0x7f.1', '127.1', '2130706433', '1.2.3.4.5', ':::', '1.2.3.4:80', '[::1]']],
  ])('%s: %j', (kind, addresses) => {
    for (const address of addresses) expect([address, classifyAddress(address)]).toEqual([address, kind]);
  });

  /** The same ranges once more, as plain arithmetic. */
  function expectedKind(a: number, b: number, c: number, d: number): AddressKind {
    const text = `${a}.${b}.${c}.${d}`;
    if (text === '100.100.100.200' || text === '168.63.129.16') return 'never';
    if (a === 0 || a >= 224 || (a === 169 && b === 254) || (a === 198 && (b === 18 || b === 19))) return 'never';
    if (['192.0.0', '192.0.2', '192.88.99', '198.51.100', '203.0.113'].includes(`${a}.${b}.${c}`)) return 'never';
    if (a === 127) return 'loopback';
    if (a === 10 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b <= 31)) return 'private';
    return a === 100 && b >= 64 && b <= 127 ? 'private' : 'public';
  }

  const octet = fc.integer({ min: 0, max: 255 });
  const edgy = (...values: number[]): fc.Arbitrary<number> => fc.oneof(octet, fc.constantFrom(...values));
  const ipv4 = fc.tuple(
    edgy(0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224),
    edgy(0, 16, 18, 31, 51, 64, 88, 100, 127, 168, 254),
    edgy(0, 2, 99, 100, 113, 169),
    octet,
  );

  it('agrees with plain arithmetic on IPv4, in every spelling inside IPv6', () => {
    fc.assert(
      fc.property(ipv4, ([a, b, c, d]) => {
        const kind = expectedKind(a, b, c, d);
        const high = (a * 256 + b).toString(16);
        const low = (c * 256 + d).toString(16);
        expect(classifyAddress(`${a}.${b}.${c}.${d}`)).toBe(kind);
        expect(classifyAddress(`::ffff:${a}.${b}.${c}.${d}`)).toBe(kind);
        expect(classifyAddress(`::FFFF:${high}:${low}`)).toBe(kind);
        expect(classifyAddress(`0:0:0:0:0:ffff:${high}:${low}`)).toBe(kind);
        expect(classifyAddress(`64:ff9b::${a}.${b}.${c}.${d}`)).toBe(kind);
      }),
      { numRuns: 2000 },
    );
  });

  it('calls an IPv6 address public only inside 2000::/3 or as a public IPv4 address', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const first = groups[0] ?? 0;
        const kind = classifyAddress(groups.map((group) => group.toString(16)).join(':'));
        if (first >> 13 !== 1) expect(kind).not.toBe('public');
        if (first >> 9 === 0x7e) expect(kind).toBe('private');
        if (first >> 8 === 0xff || first >> 6 === 0x3fa) expect(kind).toBe('never');
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => ['public', 'private', 'loopback', 'never'].includes(classifyAddress(text))),
    );
  });
});
