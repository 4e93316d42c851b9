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
  type Route,
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
  /** What the browser keeps from now on: a session's token, `null` where it ends. */
  sessionToken?: string | null;
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
  /** Runs a route for the session of that token, where it holds. */
  callAs(token: string, method: string, path: string, body?: unknown): Promise<Reply>;
  /** Signs in or out as a browser does that holds the session `token`. */
  callPublic(path: string, body: unknown, token?: string): Promise<Reply>;
  /** Invites somebody of that name, as the owner. */
  invite(name: string, fields?: Record<string, unknown>): Promise<{ id: string; link: string }>;
  /** A member with a session, come by a link. */
  makeMember(name: string, fields?: Record<string, unknown>): Promise<{ id: string; token: string }>;
  /** Makes a key as its owner and returns its text. */
  makeKey(maker: string, fields?: Record<string, unknown>): Promise<{ id: string; key: string }>;
  /** A second tenant with an owner key of its own. */
  makeTenant(name: string): Promise<{ id: string; ownerKey: string }>;
  close(): Promise<void>;
}

const NOBODY: Actor = { kind: 'key', keyId: null, scopes: new Set(), models: null };
const OPERATOR: Actor = { kind: 'operator', keyId: null, scopes: new Set(['*']), models: null };
const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Opens the rig; a database may be handed in, e.g. to share it or to count its queries. With `joined` it is one more process
 * over a database where another rig made the first start.
 */
export async function openIdentityRig(
  given?: Database,
  joined?: { ownerKey: string; seed: number },
): Promise<IdentityRig> {
  const database = given ?? (await openTestDatabase());
  const clock = createVirtualClock();
  const random = createSeededRandom(joined?.seed ?? 7);
  const ids = createIdSource(clock, random);
  const events = createTestAppender(clock);
  const identity = createIdentity({ database, events, clock, random, ids, log: silentLog });
  const { freshKey } = await identity.bootstrap(null);
  const rig: IdentityRig = {
    database,
    identity,
    clock,
    ownerKey: must(joined?.ownerKey ?? freshKey, 'a first start makes a key'),
    async call(key, method, path, body) {
      const who = await identity.authenticate(key);
      return who === null ? { status: 401, body: {} } : runRoute(identity, who, { method, path, body });
    },
    callAsOperator: (method, path, body) =>
      runRoute(identity, { tenantId: defaultTenantId, actor: OPERATOR }, { method, path, body }),
    async callAs(token, method, path, body) {
      const who = await identity.authenticateSession(token, true);
      return who === null ? { status: 401, body: {} } : runRoute(identity, who, { method, path, body });
    },
    callPublic: (path, body, token) =>
      runRoute(identity, { tenantId: defaultTenantId, actor: NOBODY }, { method: 'POST', path, body, token }),
    async invite(name, fields = {}) {
      const wish = { name, email: name, roles: ['EDITOR'], ...fields };
      const { status, body } = await rig.call(rig.ownerKey, 'POST', '/api/v1/members', wish);
      if (status !== 201) throw new Error(`nobody was invited: ${status} ${JSON.stringify(body)}`);
      const { path } = body['sign_in'] as { path: string };
      return { id: String(body['id']), link: path.slice(path.indexOf('=') + 1) };
    },
    async makeMember(name, fields) {
      const { id, link } = await rig.invite(name, fields);
      const { sessionToken } = await rig.callPublic('/api/v1/sign-in', { token: link });
      return { id, token: must(sessionToken, 'a fresh link opens a session') };
    },
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
  /** The session that the browser holds. */
  token?: string | undefined;
}

async function runRoute(
  identity: Identity,
  who: Pick<Scope, 'tenantId' | 'actor'>,
  { method, path, body, token }: Wanted,
): Promise<Reply> {
  const url = new URL(path, 'http://reeve');
  const scope = {
    ...who,
    requestId: 'req_test',
    trace: { traceId: '0'.repeat(32), parentSpanId: null, sampled: false },
  };
  for (const route of identity.plugin.routes ?? []) {
    const params = route.method === method ? matchPath(route.path, url.pathname) : null;
    if (params === null || route.kind !== 'json') continue;
    if (!isOpen(route.permission, scope.actor)) return { status: 403, body: {} };
    const query = Object.fromEntries(url.searchParams);
    const { schema } = route;
    try {
      if (schema.params !== undefined && createChecker(schema.params).faults(params).length > 0) {
        return { status: 404, body: {} };
      }
      if (schema.query !== undefined) createChecker(schema.query).parse(query);
      const parsed = schema.body === undefined ? undefined : createChecker(schema.body).parse(body);
      const session = token === undefined ? {} : { sessionToken: token };
      const reply = await route.handle({ scope, params, query, body: parsed, ...session });
      return { ...reply, body: Object.assign({}, reply.body) };
    } catch (thrown) {
      const { status, code, param, message, cause } = toAppError(thrown);
      return { status, body: { code, param, message, cause } };
    }
  }
  return { status: 404, body: {} };
}

function isOpen(permission: Route['permission'], actor: Actor): boolean {
  return permission === 'public' || permission === 'identified' || holdsPermission(actor, permission);
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
