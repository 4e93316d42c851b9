/** The console's session over HTTP: how a browser keeps it, and requests that another page makes in its name. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

const SIGN_IN = '/api/v1/sign-in';
const FROM_PROXY = { 'x-forwarded-proto': 'https' };

let home: ReeveHome;
let reeve: RunningReeve;
beforeAll(async () => {
  home = await createReeveHome();
  reeve = await home.start();
});
afterAll(() => home.dispose());

async function makeToken(): Promise<string> {
  const { stdout } = await home.cli('login', '--json');
  return new URL((JSON.parse(stdout) as { path: string }).path, reeve.baseUrl).searchParams.get('token') ?? '';
}

const post = (path: string, headers: Record<string, string>, body: unknown = {}): Promise<Response> =>
  fetch(reeve.baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const cookieOf = (response: Pick<Response, 'headers'>): string => response.headers.get('set-cookie') ?? '';
const pairOf = (cookie: string): string => cookie.split(';')[0] ?? '';
const signIn = async (headers: Record<string, string> = {}): Promise<string> =>
  cookieOf(await post(SIGN_IN, headers, { token: await makeToken() }));

describe('the cookie', () => {
  test('is for this host alone, for no script, and until the browser closes; signing out takes it away', async () => {
    const cookie = await signIn();
    expect(cookie).toMatch(/^reeve_console=[0-9a-z]{52}; Path=\/; HttpOnly; SameSite=Strict$/);
    const out = await post('/api/v1/sign-out', {
      cookie: pairOf(cookie),
      'x-reeve-console': '1',
      origin: reeve.baseUrl,
    });
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toBe('reeve_console=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
    const after = await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: { cookie: pairOf(cookie) } });
    expect([after.status, ((await after.json()) as { code: string }).code]).toEqual([401, 'session_ended']);
  });

  test('is another one after each sign-in, and is set by nothing else', async () => {
    const planted = `reeve_console=${'x'.repeat(52)}`;
    const own = { 'x-reeve-console': '1', origin: reeve.baseUrl };
    const cookie = await signIn({ cookie: planted, ...own });
    expect(pairOf(cookie)).not.toBe(planted);
    const failed = await post(SIGN_IN, { cookie: pairOf(cookie), ...own }, { token: 'no such link' });
    expect([failed.status, cookieOf(failed)]).toEqual([401, '']);
    const me = await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: { cookie: pairOf(cookie) } });
    expect([me.status, cookieOf(me)]).toEqual([200, '']);
  });

  test('is not said to be secure because a caller says so', async () => {
    expect(await signIn(FROM_PROXY)).not.toContain('Secure');
  });
});

test('what a person is answered is never another one’s, whatever idempotency key both use', async () => {
  const owner = { authorization: `Bearer ${home.apiKey()}` };
  const asMember = async (name: string): Promise<Record<string, string>> => {
    const invited = await post('/api/v1/members', owner, { email: `${name}@example.org`, name, roles: ['EDITOR'] });
    const { sign_in: way } = (await invited.json()) as { sign_in: { path: string } };
    const token = new URL(way.path, reeve.baseUrl).searchParams.get('token');
    const cookie = pairOf(cookieOf(await post(SIGN_IN, {}, { token })));
    return { cookie, 'x-reeve-console': '1', origin: reeve.baseUrl, 'idempotency-key': 'the-same-for-both' };
  };
  const [ada, ben] = [await asMember('ada'), await asMember('ben')];
  const begin = async (who: Record<string, string>): Promise<[number, string | undefined]> => {
    const answer = await post('/api/v1/sessions', who, { title: 'Rents' });
    return [answer.status, ((await answer.json()) as { id?: string }).id];
  };
  const own = await begin(ada);
  expect(own).toEqual([201, expect.any(String)]);
  // Keys are a tenant's: the second one has taken one that is taken.
  expect(await begin(ben)).toEqual([422, undefined]);
  expect(await begin(ada)).toEqual(own);
});

describe('a request in the name of a session', () => {
  let cookie = '';
  beforeAll(async () => {
    cookie = pairOf(await signIn());
  });

  const attempts: [string, (own: { origin: string; host: string }) => Record<string, string>, boolean][] = [
    ['of the console', ({ origin }) => ({ 'x-reeve-console': '1', origin }), true],
    ['of the console by itself', ({ origin }) => ({ 'x-reeve-console': 'background', origin }), true],
    ['of a browser that says so', () => ({ 'x-reeve-console': '1', 'sec-fetch-site': 'same-origin' }), true],
    ['without the header', ({ origin }) => ({ origin, 'sec-fetch-site': 'same-origin' }), false],
    ['without an origin', () => ({ 'x-reeve-console': '1' }), false],
    ['of another page', () => ({ 'x-reeve-console': '1', origin: 'https://evil.example' }), false],
    ['of a page without origin', () => ({ 'x-reeve-console': '1', origin: 'null' }), false],
    ['of another port', () => ({ 'x-reeve-console': '1', origin: 'http://127.0.0.1:1' }), false],
    [
      'of a name that begins alike',
      ({ origin }) => ({ 'x-reeve-console': '1', origin: `${origin}.evil.example` }),
      false,
    ],
    ['of a sister host', () => ({ 'x-reeve-console': '1', 'sec-fetch-site': 'same-site' }), false],
    [
      'of another site that lies about its origin',
      ({ origin }) => ({ 'x-reeve-console': '1', origin, 'sec-fetch-site': 'cross-site' }),
      false,
    ],
    ['typed into the address', () => ({ 'x-reeve-console': '1', 'sec-fetch-site': 'none' }), false],
  ];

  test.each(attempts)('%s', async (_what, headersOf, passes) => {
    const { origin, host } = new URL(reeve.baseUrl);
    const headers = { cookie, ...headersOf({ origin, host }) };
    const call = { model: 'reeve/hello', messages: [{ role: 'user', content: 'hi' }] };
    const statuses = await Promise.all([
      post('/v1/chat/completions', headers, call).then(({ status }) => status),
      post('/api/v1/keys', headers, { name: 'made by a page' }).then(({ status }) => status),
      post('/api/v1/members', headers, {}).then(({ status }) => status),
    ]);
    expect(statuses).toEqual(passes ? [200, 201, 400] : [403, 403, 403]);
    const deleted = await fetch(`${reeve.baseUrl}/api/v1/keys/key_00000000000000000000000000`, {
      method: 'DELETE',
      headers,
    });
    expect(deleted.status).toBe(passes ? 404 : 403);
  });

  test('may not be ended by another page, nor be taken over by its sign-in', async () => {
    expect((await post('/api/v1/sign-out', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    const form = { cookie, 'content-type': 'text/plain' };
    expect((await post(SIGN_IN, form, { token: await makeToken() })).status).toBe(403);
    const alone = await post(SIGN_IN, { 'content-type': 'text/plain' }, { token: await makeToken() });
    expect([alone.status, cookieOf(alone)]).toEqual([415, '']);
    const preflight = await fetch(`${reeve.baseUrl}/api/v1/keys`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect((await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: { cookie } })).status).toBe(200);
  });

  test('with two cookies of the name is nobody’s: one of them was planted', async () => {
    const two = `${cookie}; reeve_console=${'x'.repeat(52)}`;
    expect((await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: { cookie: two } })).status).toBe(401);
  });

  test('that has a key beside the cookie is the key’s', async () => {
    const reply = await post(
      '/api/v1/keys',
      { cookie, authorization: `Bearer ${home.apiKey()}` },
      { name: 'by the key' },
    );
    expect(reply.status).toBe(201);
    const wrong = await fetch(`${reeve.baseUrl}/api/v1/me`, { headers: { cookie, authorization: 'Bearer rv_wrong' } });
    expect(wrong.status).toBe(401);
  });
});

describe('where the way to the browser is encrypted', () => {
  test('the cookie is secure: behind a proxy that is trusted, and over TLS of our own', async () => {
    await reeve.stop();
    reeve = await home.start({ REEVE_TRUSTED_PROXIES: '127.0.0.1' });
    expect(await signIn(FROM_PROXY)).toContain('; SameSite=Strict; Secure');
    expect(await signIn()).not.toContain('Secure');
    await reeve.stop();

    const [cert, key] = [join(home.folder, 'cert.pem'), join(home.folder, 'key.pem')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    reeve = await home.start({ REEVE_TLS_CERT: cert, REEVE_TLS_KEY: key });
    const dispatcher = new Agent({ connect: { ca: readFileSync(cert) } });
    const over = await undiciFetch(reeve.baseUrl + SIGN_IN, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: await makeToken() }),
    });
    expect([over.status, over.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('; Secure')]);
    await dispatcher.close();
  });
});
