/** The only exit, over undici: one pool of keep-alive connections per origin, behind the egress rules. */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { Clock } from '#kernel';
import { createEgressGuard, EgressError, guardLookup, mayConnect, type Reach } from './egress.ts';
import { startExchange } from './exchange.ts';
import { type EgressRules, type HttpClient, HttpFailure } from './port.ts';

export interface HttpClientOptions {
  egress: EgressRules;
  clock: Clock;
  /** How names become addresses; the system's way unless given. */
  lookup?: LookupFunction;
}

/** Opens no connection by itself. Follows no redirect, reads no proxy variable, always verifies TLS. */
export function createHttpClient({ egress, clock, lookup = systemLookup }: HttpClientOptions): HttpClient {
  const guard = createEgressGuard(egress);
  const pools = new Map<string, Pool>();
  const targets = new Map<string, Target>();
  let closed = false;

  function findTarget(text: string, publicOnly: boolean): Target {
    const key = publicOnly ? `public ${text}` : text;
    const known = targets.get(key);
    if (known) return known;
    const target = makeTarget(text, publicOnly);
    if (targets.size >= MAX_TARGETS) targets.clear();
    targets.set(key, target);
    return target;
  }

  function makeTarget(text: string, publicOnly: boolean): Target {
    const url = URL.parse(text);
    if (!url) return { refusal: 'not a URL' };
    const verdict = guard.judge(url);
    if ('refusal' in verdict) return verdict;
    const reach = publicOnly ? 'pattern' : verdict.reach;
    return { pool: findPool(url.origin, reach), path: url.pathname + url.search };
  }

  function findPool(origin: string, reach: Reach): Pool {
    const key = `${reach} ${origin}`;
    const known = pools.get(key);
    if (known) return known;
    if (pools.size >= MAX_POOLS) retireOldestPool();
    const pool = openPool(origin, reach, lookup);
    pools.set(key, pool);
    return pool;
  }

  function retireOldestPool(): void {
    for (const [key, pool] of pools) {
      pools.delete(key);
      targets.clear();
      // Waits for the exchanges under way; a later call to the same origin opens a new pool.
      void pool.close();
      return;
    }
  }

  return {
    exchange(request) {
      if (closed) return Promise.reject(new HttpFailure('aborted', 'the client is closed'));
      const target = findTarget(request.url, request.publicOnly ?? false);
      if ('refusal' in target) return Promise.reject(new HttpFailure('refused', target.refusal));
      return startExchange(target.pool, target.path, request, clock);
    },
    async close() {
      closed = true;
      targets.clear();
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

/** What a URL leads to: parsed and judged once, since a provider's few URLs come again with every call. */
type Target = { pool: Pool; path: string } | { refusal: string };

const MAX_TARGETS = 1024;
const MAX_POOLS = 256;
const CONNECT_TIMEOUT_MS = 10_000;
/** Shorter than the 5 s after which common model servers hang up without announcing it; announced times are kept instead. */
const KEEP_ALIVE_MS = 4_000;

function openPool(origin: string, reach: Reach, lookup: LookupFunction): Pool {
  return new Pool(origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    // The exchange keeps the time itself: undici's timers are coarser than a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: 1_000,
    connect: createGuardedConnector(reach, lookup),
  });
}

/** Checks addresses twice: when the name is looked up, and again on the connection that stands. */
function createGuardedConnector(reach: Reach, lookup: LookupFunction): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    lookup: guardLookup(reach, lookup),
  });
  return (options, callback) =>
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error) return callback(error, null);
      const address = socket.remoteAddress ?? '';
      if (mayConnect(reach, address)) return callback(null, socket);
      socket.destroy();
      callback(new EgressError(options.hostname, address), null);
    });
}
