/**
 * Vault's HTTP API as its version 1.21 answers, in this process: no server of it can be had from a package registry. Whoever
 * has one names it in `REEVE_VAULT_URL` (with an owner's token in `REEVE_VAULT_TOKEN`), and the same suites run against it.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createKvEngine,
  createTransitEngine,
  refuse,
  type VaultBody,
  type VaultEngine,
  type VaultReply,
} from './vault-fake-engines.ts';

export interface VaultRig {
  /** `http://127.0.0.1:…`, without `/v1`. */
  url: string;
  /** An owner's token, without an end. */
  token: string;
  /** For a login as AppRole; its tokens live `TOKEN_SECONDS` and are renewable. */
  roleId: string;
  secretId: string;
  /** KV version 2 and Transit are mounted here. */
  mounts: { kv: string; transit: string };
  /** What only the fake can be put through; `null` where a real server stands behind the URL. */
  faults: VaultFaults | null;
  /** Asks as the owner. */
  request(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

export interface VaultFaults {
  /** Every call is answered with 503, as after a restart; nothing is lost. */
  seal(): void;
  unseal(): void;
  /** Ends all tokens but the owner's, at once. */
  expireTokens(): void;
  /** Method and path of each request so far. */
  requests: readonly string[];
}

export const TOKEN_SECONDS = 2;
const MOUNTS = { kv: 'secret', transit: 'transit' };
const ROLE = 'reeve';

/** Gives a Vault with both engines mounted and a role to log in with. Throws where it cannot. */
export async function startVault(): Promise<VaultRig> {
  const realUrl = process.env['REEVE_VAULT_URL'];
  const fake = realUrl === undefined ? await startFake() : null;
  const url = (realUrl ?? fake?.url ?? '').replace(/\/+$/, '');
  const token = fake?.token ?? process.env['REEVE_VAULT_TOKEN'] ?? '';
  const request: VaultRig['request'] = (method, path, body) =>
    fetch(`${url}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const role = await prepare(request);
  const stop = async (): Promise<void> => fake?.stop();
  return { url, token, ...role, mounts: MOUNTS, faults: fake?.faults ?? null, request, stop };
}

/** What an operator does once; a second time changes nothing. */
async function prepare(request: VaultRig['request']): Promise<{ roleId: string; secretId: string }> {
  const expectDone = async (response: Response, allowed = /^$/): Promise<unknown> => {
    const text = await response.text();
    if (!response.ok && !allowed.test(text)) throw new Error(`Vault answers ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const inUse = /path is already in use/;
  await expectDone(await request('POST', `sys/mounts/${MOUNTS.kv}`, { type: 'kv', options: { version: '2' } }), inUse);
  await expectDone(await request('POST', `sys/mounts/${MOUNTS.transit}`, { type: 'transit' }), inUse);
  await expectDone(await request('POST', 'sys/auth/approle', { type: 'approle' }), inUse);
  const paths = Object.values(MOUNTS).map(
    (mount) => `path "${mount}/*" { capabilities = ["create","read","update","delete","list"] }`,
  );
  await expectDone(await request('PUT', `sys/policies/acl/${ROLE}`, { policy: paths.join('\n') }));
  const lifetime = { token_ttl: TOKEN_SECONDS, token_max_ttl: 3600, token_policies: [ROLE] };
  await expectDone(await request('POST', `auth/approle/role/${ROLE}`, lifetime));
  const role = (await expectDone(await request('GET', `auth/approle/role/${ROLE}/role-id`))) as {
    data: { role_id: string };
  };
  const secret = (await expectDone(await request('POST', `auth/approle/role/${ROLE}/secret-id`))) as {
    data: { secret_id: string };
  };
  return { roleId: role.data.role_id, secretId: secret.data.secret_id };
}

interface FakeState {
  sealed: boolean;
  /** Token → when it ends. */
  tokens: Map<string, number>;
  token: string;
  roleId: string;
  secretId: string;
  mounted: Map<string, VaultEngine>;
}

async function startFake() {
  const state: FakeState = {
    sealed: false,
    tokens: new Map(),
    token: `hvs.${randomUUID()}`,
    roleId: randomUUID(),
    secretId: randomUUID(),
    mounted: new Map(),
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      const { status, body: reply } = answerRequest(state, request, body);
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(reply === undefined ? '' : JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const faults: VaultFaults = {
    seal: () => (state.sealed = true),
    unseal: () => (state.sealed = false),
    expireTokens: () => state.tokens.clear(),
    requests,
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: state.token,
    faults,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<VaultBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as VaultBody);
}

function answerRequest(state: FakeState, request: IncomingMessage, body: VaultBody): VaultReply {
  const url = new URL(request.url ?? '/', 'http://vault');
  const path = decodeURIComponent(url.pathname).replace(/^\/v1\//, '');
  const method = request.method ?? 'GET';
  if (path === 'sys/health') return health(state);
  if (state.sealed) return refuse(503, 'Vault is sealed');
  if (path === 'auth/approle/login') return logIn(state, body);
  const token = String(request.headers['x-vault-token'] ?? '');
  if (token === '') return refuse(400, 'missing client token');
  if (!isAlive(state, token)) return refuse(403, 'permission denied');
  if (path.startsWith('auth/token/')) return aboutToken(state, token, path.slice('auth/token/'.length));
  const mount = [...state.mounted.keys()].find((name) => path.startsWith(`${name}/`));
  if (mount !== undefined) {
    return state.mounted.get(mount)?.(method, path.slice(mount.length + 1), body, url.searchParams) ?? refuse(404);
  }
  return token === state.token ? administer(state, path, body) : refuse(403, 'permission denied');
}

function health({ sealed }: FakeState): VaultReply {
  return { status: sealed ? 503 : 200, body: { initialized: true, sealed, standby: false, version: '1.21.4' } };
}

function logIn(state: FakeState, body: VaultBody): VaultReply {
  if (body['role_id'] !== state.roleId || body['secret_id'] !== state.secretId) {
    return refuse(400, 'invalid role or secret ID');
  }
  const token = `hvs.${randomUUID()}`;
  return lease(state, token);
}

function lease(state: FakeState, token: string): VaultReply {
  state.tokens.set(token, Date.now() + TOKEN_SECONDS * 1000);
  const auth = { client_token: token, policies: ['default', ROLE], lease_duration: TOKEN_SECONDS, renewable: true };
  return { status: 200, body: { auth } };
}

function isAlive({ tokens, token: owner }: FakeState, token: string): boolean {
  return token === owner || (tokens.get(token) ?? 0) > Date.now();
}

function aboutToken(state: FakeState, token: string, verb: string): VaultReply {
  const endsMs = state.tokens.get(token);
  if (verb === 'renew-self') return endsMs === undefined ? refuse(400, 'lease is not renewable') : lease(state, token);
  if (verb === 'revoke-self') {
    state.tokens.delete(token);
    return { status: 204 };
  }
  const ttl = endsMs === undefined ? 0 : Math.ceil((endsMs - Date.now()) / 1000);
  return { status: 200, body: { data: { id: token, ttl, renewable: endsMs !== undefined } } };
}

function administer(state: FakeState, path: string, body: VaultBody): VaultReply {
  const [, mount] = /^sys\/mounts\/(.+)$/.exec(path) ?? [];
  if (mount !== undefined) {
    if (state.mounted.has(mount)) return refuse(400, `path is already in use at ${mount}/`);
    state.mounted.set(mount, body['type'] === 'transit' ? createTransitEngine() : createKvEngine());
    return { status: 204 };
  }
  if (path.endsWith('/role-id')) return { status: 200, body: { data: { role_id: state.roleId } } };
  if (path.endsWith('/secret-id')) return { status: 200, body: { data: { secret_id: state.secretId } } };
  return /^(sys\/(auth|policies)|auth\/approle\/role)\//.test(path) ? { status: 204 } : refuse(404);
}
