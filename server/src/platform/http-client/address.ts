/** What kind of place an IP address is. The egress rules decide on the address really connected to, never on a name. */
import { BlockList, isIP } from 'node:net';

/**
 * `never`: link-local, cloud metadata, multicast, unspecified, documentation and tunnel ranges; nothing that Reeve calls
 * lives there, and the metadata services among them hand out credentials.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

/** The kind of a textual IPv4 or IPv6 address; what is no address counts as `never`. */
export function classifyAddress(text: string): AddressKind {
  const address = text.split('%', 1)[0] ?? '';
  const version = isIP(address);
  if (version === 0) return 'never';
  if (version === 4) return lookUpKind(address, 'ipv4');
  const embedded = readNat64(address);
  return embedded === null ? lookUpKind(address, 'ipv6') : lookUpKind(embedded, 'ipv4');
}

const INWARD_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|svc|home\.arpa)$/;

/**
 * Whether a URL that somebody else names leads, by its text alone, to this machine or into a private network: a literal
 * address that is not public, a name that only inner networks have, or a scheme other than http(s).
 */
export function pointsInward(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return true;
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  if (isIP(host) !== 0) return classifyAddress(host) !== 'public';
  return INWARD_NAME.test(host) || !host.includes('.');
}

const NEVER = createRanges([
  '0.0.0.0/8', // this network
  '100.100.100.200/32', // metadata, Alibaba Cloud
  '168.63.129.16/32', // platform channel, Azure
  '169.254.0.0/16', // link-local with the metadata of most clouds
  '192.0.0.0/24', // protocol assignments, with metadata of Oracle Cloud
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '198.18.0.0/15', // device benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '64:ff9b::/96', // NAT64 without a readable IPv4 address
  '64:ff9b:1::/48', // local NAT64
  '100::/64', // discard
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
  'fd00:ec2::254/128', // metadata, AWS
  'fd20:ce::254/128', // metadata, Google Cloud
  'fe80::/10', // link-local
  'fec0::/10', // site-local, withdrawn
  'ff00::/8', // multicast
]);
const LOOPBACK = createRanges(['127.0.0.0/8', '::1/128']);
const PRIVATE = createRanges(['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);
/** IPv6 hosts on the net live here; what lies outside and in no list above is unassigned. */
const GLOBAL_IPV6 = createRanges(['2000::/3']);
const MAPPED_IPV4 = createRanges(['::ffff:0:0/96']);

function lookUpKind(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  if (NEVER.check(address, family)) return 'never';
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (PRIVATE.check(address, family)) return 'private';
  if (family === 'ipv4') return 'public';
  return GLOBAL_IPV6.check(address, family) || MAPPED_IPV4.check(address, family) ? 'public' : 'never';
}

/** The IPv4 address inside `64:ff9b::/96`: how networks without IPv4 reach IPv4 hosts (RFC 6052). */
function readNat64(address: string): string | null {
  const canonical = new URL(`http://[${address}]`).hostname;
  const found = /^\[64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})\]$/.exec(canonical);
  if (!found) return null;
  const high = Number.parseInt(found[1] ?? '0', 16);
  const low = Number.parseInt(found[2] ?? '0', 16);
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** A `BlockList` also matches IPv4 ranges against IPv4-mapped IPv6 addresses. */
function createRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
