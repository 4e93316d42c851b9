/** The built console as the browser asks for it. What it may do there stands in the policy; nothing runs but our own files. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { AppError, hasCode, type HttpExchange, type RawRoute } from '#kernel';
import { consoleFolder } from './console-place.ts';
import type { LostPage, ReadLostPage } from './http-unknown-path.ts';

/** Every address that the console's own router knows begins with one of these. */
const PAGES = [
  { path: '/' },
  { path: '/sign-in' },
  { path: '/design' },
  { path: '/work/:page' },
  { path: '/govern/:page' },
  { path: '/prove/:page' },
  { path: '/operate/:page' },
];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const SAFE = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** The encodings that stand beside each file, the better first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
];

const NOT_BUILT =
  'Reeve runs, its console is not built. Build it with: npm run console\nThe API is described at /api/v1/openapi.json\n';

/** Pages are asked for anew each time; an asset's name changes with its content, so that it is kept for good. */
export function createConsoleRoutes(folder = consoleFolder): RawRoute[] {
  return [
    ...PAGES.map(({ path }) => route(path, 'A page of the console.', (exchange) => sendPage(folder, exchange))),
    route('/mark.svg', "The console's mark.", (exchange) => sendFile(folder, 'mark.svg', 'no-cache', exchange)),
    route('/assets/:file', 'A file of the console.', (exchange) => sendAsset(folder, exchange)),
  ];
}

function route(path: string, summary: string, handle: RawRoute['handle']): RawRoute {
  return { kind: 'raw', method: 'GET', path, permission: 'public', role: 'control', summary, handle };
}

async function sendPage(folder: string, exchange: HttpExchange): Promise<void> {
  try {
    await sendFile(folder, 'index.html', 'no-cache', exchange);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    exchange.send(404, { 'content-type': 'text/plain; charset=utf-8' }, NOT_BUILT);
  }
}

async function sendAsset(folder: string, exchange: HttpExchange): Promise<void> {
  const name = exchange.params['file'] ?? '';
  try {
    if (!/^[\w-][\w.-]{0,100}$/.test(name)) throw new AppError('not_found');
    await sendFile(folder, join('assets', name), 'public, max-age=31536000, immutable', exchange);
  } catch (error) {
    throw hasCode(error, 'ENOENT') ? new AppError('not_found') : error;
  }
}

async function sendFile(folder: string, name: string, caching: string, exchange: HttpExchange): Promise<void> {
  const { headers, body } = await readAsset(join(folder, name), exchange.headers);
  exchange.send(200, { ...headers, 'cache-control': caching }, body);
}

/** The page for an address that nobody serves: the console's own, whose router says so. */
export function createLostPage(folder = consoleFolder): ReadLostPage {
  return async (asked) => {
    const page = await readAsset(join(folder, 'index.html'), asked).catch(nullWhereMissing);
    if (page === null) return null;
    return { ...page, headers: { ...page.headers, 'cache-control': 'no-store', vary: 'accept, accept-encoding' } };
  };
}

/** As the browser takes it: packed, where that stands beside it. */
async function readAsset(path: string, asked: HttpExchange['headers']): Promise<LostPage> {
  const accepted = String(asked['accept-encoding'] ?? '');
  const encoding = ENCODINGS.find((one) =>
    new RegExp(`\\b${one.name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted),
  );
  const packed = encoding === undefined ? null : await readFile(path + encoding.suffix).catch(nullWhereMissing);
  const body = packed ?? (await readFile(path));
  const headers = {
    ...SAFE,
    'content-type': MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
    vary: 'accept-encoding',
    ...(packed === null || encoding === undefined ? {} : { 'content-encoding': encoding.name }),
  };
  return { headers, body };
}

function nullWhereMissing(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null;
  throw error;
}
