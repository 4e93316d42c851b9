/** An identity over a real embedded database, driven through its routes as `roles/http.ts` does it. */
import {
  asTenantId,
  createChecker,
  createIdSource,
  defaultTenantId,
  holdsPermission,
  must,
  toAppError,
  type Actor,
  type Scope,
} from '#kernel';
import { createSeededRandom, createVirtualClock, type VirtualClock } from '../../platform/clock/testing.ts';
import { createTestAppender } from '../../platform/bus/testing.ts';
import type { Database } from '#platform/database/port.ts';
import { openTestDatabase } from '../../platform/database/testing.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createIdentity, type Identity } from './identity.ts';

export interface Reply {
  status: number;
  // Tests look into replies of many shapes; each expectation says what it relies on.
  body: Record<string, unknown>;
}

export interface IdentityRig {
  database: Database;
  identity: Identity;
  clock: VirtualClock;
  ownerKey: string;
  /** Authenticates the key, checks the route's permission and schemas, and runs it; errors become replies. */
  call(key: string, method: string, path: string, body?: unknown): Promise<Reply>;
  /** Runs a route as the operator at the machine. */
  callAsOperator(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Makes a key as its owner and returns its text. */
  makeKey(maker: string, fields?: Record<string, unknown>): Promise<{ id: string; key: string }>;
  /** A second tenant with an owner key of its own. */
  makeTenant(name: string): Promise<{ id: string; ownerKey: string }>;
  close(): Promise<void>;
}

const OPERATOR: Actor = { kind: 'operator', keyId: null, scopes: new Set(['*']), models: null };
const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens the rig; a database may be handed in, e.g. to share it or to count its queries. */
export async function openIdentityRig(given?: Database): Promise<IdentityRig> {
  const database = given ?? (await openTestDatabase());
  const clock = createVirtualClock();
  const random = createSeededRandom(7);
  const ids = createIdSource(clock, random);
  const events = createTestAppender(clock);
  const identity = createIdentity({ database, events, clock, random, ids, log: silentLog });
  const { freshKey } = await identity.bootstrap(null);
  const rig: IdentityRig = {
    database,
    identity,
    clock,
    ownerKey: must(freshKey, 'a first start makes a key'),
    async call(key, method, path, body) {
      const who = await identity.authenticate(key);
      return who === null ? { status: 401, body: {} } : runRoute(identity, who, { method, path, body });
    },
    callAsOperator: (method, path, body) =>
      runRoute(identity, { tenantId: defaultTenantId, actor: OPERATOR }, { method, path, body }),
    async makeKey(maker, fields = {}) {
      const { status, body } = await rig.call(maker, 'POST', '/api/v1/keys', { name: 'made by a test', ...fields });
      if (status !== 201) throw new Error(`no key was made: ${status} ${JSON.stringify(body)}`);
      return { id: String(body['id']), key: String(body['key']) };
    },
    async makeTenant(name) {
      const { body } = await rig.call(rig.ownerKey, 'POST', '/api/v1/tenants', { name });
      const id = asTenantId(String(body['id']));
      const owner = await rig.makeKey(rig.ownerKey, { name: 'owner', tenant_id: id });
      return { id, ownerKey: owner.key };
    },
    async close() {
      await identity.close();
      if (given === undefined) await database.close();
    },
  };
  return rig;
}

interface Wanted {
  method: string;
  path: string;
  body: unknown;
}

async function runRoute(
  identity: Identity,
  who: Pick<Scope, 'tenantId' | 'actor'>,
  { method, path, body }: Wanted,
): Promise<Reply> {
  const url = new URL(path, 'http://reeve');
  const scope = {
    ...who,
    requestId: 'req_test',
    trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
  };
  for (const route of identity.plugin.routes ?? []) {
    const params = route.method === method ? matchPath(route.path, url.pathname) : null;
    if (params === null || route.kind !== 'json' || route.permission === 'public') continue;
    if (route.permission !== 'identified' && !holdsPermission(scope.actor, route.permission))
      return { status: 403, body: {} };
    const query = Object.fromEntries(url.searchParams);
    const { schema } = route;
    try {
      if (schema.params !== undefined && createChecker(schema.params).faults(params).length > 0) {
        return { status: 404, body: {} };
      }
      if (schema.query !== undefined) createChecker(schema.query).parse(query);
      const parsed = schema.body === undefined ? undefined : createChecker(schema.body).parse(body);
      const reply = await route.handle({ scope, params, query, body: parsed });
      return { status: reply.status, body: Object.assign({}, reply.body) };
    } catch (thrown) {
      const { status, code, param, message, cause } = toAppError(thrown);
      return { status, body: { code, param, message, cause } };
    }
  }
  return { status: 404, body: {} };
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const names = pattern.split('/');
  const values = path.split('/');
  if (names.length !== values.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = value;
    else if (name !== value) return null;
  }
  return params;
}
