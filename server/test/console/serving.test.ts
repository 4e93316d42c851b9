/** How the console's files reach the browser, and that it knows the API as it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderApi, type OpenApiDocument } from '../../../console/scripts/render-api.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';

const KNOWN = join(import.meta.dirname, '../../../console/src/api/schema.gen.ts');

let reeve: WholeReeve;
beforeAll(async () => {
  reeve = await startReeve();
});
afterAll(() => reeve.close());

const get = (path: string, encoding = 'br') =>
  fetch(reeve.baseUrl + path, { headers: { 'accept-encoding': encoding }, redirect: 'manual' });

async function findScript(): Promise<string> {
  const page = await (await get('/')).text();
  return /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? 'the page names no script';
}

describe('the page', () => {
  it('may run and load nothing but its own files', async () => {
    const { headers } = await get('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const text = await (await get('/')).text();
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|<style|\son\w+=/);
  });

  it('stands at every address of the console and is asked for anew', async () => {
    for (const path of ['/', '/sign-in?token=x', '/work/chat', '/govern/keys', '/prove/receipts', '/operate/live']) {
      const { status, headers } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('cache-control')).toBe('no-cache');
    }
  });
});

describe('an address that nobody serves', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const open = (path: string, accept: string, method = 'GET') =>
    fetch(reeve.baseUrl + path, { method, headers: { accept }, redirect: 'manual' });

  it('is a page in a browser, as safe as the others, and no less a 404', async () => {
    const reply = await open('/nonsense?a=b', BROWSER);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(reply.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await reply.text()).toBe(await (await get('/')).text());
  });

  it.each([
    ['GET', '/nonsense', '*/*', 404],
    ['GET', '/nonsense', 'application/json', 404],
    ['GET', '/api/v1/nonsense', BROWSER, 404],
    ['GET', '/api', BROWSER, 404],
    ['GET', '/v1/nonsense', BROWSER, 401],
    ['GET', '/api/v1/sign-in', BROWSER, 405],
    ['DELETE', '/nonsense', BROWSER, 404],
  ])('is told in JSON to programs: %s %s', async (method, path, accept, status) => {
    const reply = await open(path, accept, method);
    expect([reply.status, reply.headers.get('content-type')]).toMatchObject([status, expect.stringContaining('json')]);
    expect(JSON.stringify(await reply.json())).toMatch(/not_found|invalid_api_key|method_not_allowed/);
  });
});

describe('its files', () => {
  it('come packed as the browser takes them, and are kept for good', async () => {
    const script = await findScript();
    const asked = ['br', 'gzip, br;q=0', 'identity'];
    const [br, gzip, plain] = await Promise.all(asked.map((encoding) => get(script, encoding)));
    expect(br?.headers.get('content-encoding')).toBe('br');
    expect(gzip?.headers.get('content-encoding')).toBe('gzip');
    expect(plain?.headers.get('content-encoding')).toBeNull();
    expect(await br?.text()).toBe(await plain?.text());
    expect(br?.headers.get('cache-control')).toContain('immutable');
    expect(br?.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    '..%2Findex.html',
    '..%2F..%2Fpackage.json',
    '.hidden',
    'none.js',
    'x'.repeat(300),
    '%00.js',
    'a%5C..%5Cb.js',
  ])('end at their folder: %s', async (name) => expect((await get(`/assets/${name}`)).status).toBe(404));
});

it('knows the API as the server describes it: run `npm run console:api` after a change of routes', async () => {
  const described = (await (await get('/api/v1/openapi.json')).json()) as OpenApiDocument;
  const bare = (text: string): string => text.replaceAll(/[\s;,|()]/g, '').replaceAll('"', "'");
  expect(bare(readFileSync(KNOWN, 'utf8'))).toBe(bare(renderApi(described)));
});
