/** Who may be reached: the egress rules, decided on the name before any look-up and on the address at each connection. */
import { isIP, type LookupFunction } from 'node:net';
import { classifyAddress } from './address.ts';
import type { EgressRules } from './port.ts';

/** Why a target may be reached; each reason opens other kinds of addresses. */
export type Reach = 'loopback' | 'listed' | 'pattern';

type EgressVerdict = { reach: Reach } | { refusal: string };

export interface EgressGuard {
  /** Judges a target by its URL alone; nothing is looked up. */
  judge(url: URL): EgressVerdict;
}

/**
 * Compiles the rules. An entry is `host:port` (IPv6 in brackets); `*.example.com:443` takes every name below a domain and
 * `*:443` every name, but a name that only a pattern allows must lead to a public address.
 * @throws TypeError on an entry of another form; `isEgressEntry` tells beforehand.
 */
export function createEgressGuard(rules: EgressRules): EgressGuard {
  const listed = new Set<string>();
  const patterns: { suffix: string; port: string }[] = [];
  for (const entry of rules.allow) {
    const parsed = parseEntry(entry);
    if (!parsed) throw new TypeError(`egress entry "${entry}" is not host:port`);
    if (parsed.host.startsWith('*')) patterns.push({ suffix: parsed.host.slice(1), port: parsed.port });
    else listed.add(`${parsed.host}:${parsed.port}`);
  }

  function findReach(host: string, port: string): Reach | null {
    if (isLoopbackHost(host)) return 'loopback';
    if (rules.offline) return null;
    if (listed.has(`${host}:${port}`)) return 'listed';
    return patterns.some((pattern) => pattern.port === port && host.endsWith(pattern.suffix)) ? 'pattern' : null;
  }

  return {
    judge(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:') return { refusal: `${url.protocol} is not http(s)` };
      if (url.username !== '' || url.password !== '') return { refusal: 'a URL must not hold credentials' };
      const host = bareHost(url.hostname);
      const port = url.port || (url.protocol === 'https:' ? '443' : '80');
      const reach = findReach(host, port);
      if (!reach) {
        const reason = rules.offline ? 'egress is offline, only loopback may be reached' : 'not in the egress list';
        return { refusal: `${url.hostname}:${port}: ${reason}` };
      }
      if (isIP(host) !== 0 && !mayConnect(reach, host)) return { refusal: describeRefusedAddress(host, host) };
      return { reach };
    },
  };
}

/** Whether `text` can stand in `egress.allow`. */
export function isEgressEntry(text: string): boolean {
  return parseEntry(text) !== null;
}

/** Whether a target allowed for `reach` may live at this address. Link-local and metadata addresses never may. */
export function mayConnect(reach: Reach, address: string): boolean {
  const kind = classifyAddress(address);
  switch (reach) {
    case 'loopback':
      return kind === 'loopback';
    case 'listed':
      return kind !== 'never';
    case 'pattern':
      return kind === 'public';
  }
}

/** An address that the rules forbid, found when a name was looked up or a connection stood. */
export class EgressError extends Error {
  readonly code = 'REEVE_EGRESS';
  constructor(host: string, address: string) {
    super(describeRefusedAddress(host, address));
    this.name = 'EgressError';
  }
}

/** Wraps a look-up: one forbidden address among the answers refuses the name, since a mixed answer is how rebinding works. */
export function guardLookup(reach: Reach, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, addresses, family) => {
      if (error) return callback(error, addresses, family);
      const found = typeof addresses === 'string' ? [addresses] : addresses.map((entry) => entry.address);
      const forbidden = found.find((address) => !mayConnect(reach, address));
      if (forbidden !== undefined) return callback(new EgressError(hostname, forbidden), []);
      callback(null, addresses, family);
    });
  };
}

function parseEntry(entry: string): { host: string; port: string } | null {
  const found = /^(\*|(?:\*\.)?[a-z0-9_.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(entry);
  const port = Number(found?.[2]);
  if (!found?.[1] || port < 1 || port > 65_535) return null;
  if (found[1].startsWith('*')) return { host: found[1].toLowerCase(), port: String(port) };
  const url = `http://${found[1]}/`;
  return URL.canParse(url) ? { host: bareHost(new URL(url).hostname), port: String(port) } : null;
}

/** Without brackets and the dot of an absolute name. */
function bareHost(hostname: string): string {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

function isLoopbackHost(host: string): boolean {
  if (isIP(host) !== 0) return classifyAddress(host) === 'loopback';
  return host === 'localhost' || host.endsWith('.localhost');
}

const describeRefusedAddress = (host: string, address: string): string =>
  host === address
    ? `${address} is an address that may not be reached`
    : `${host} leads to ${address}, an address that may not be reached`;
