/** Serves what `presign` of the folder engine gave out: the signature is the permission. */
import { AppError, asTenantId, type HttpExchange, type ModulePlugin, type RawRoute, type RequestHead } from '#kernel';
import type { FolderObjects } from './folder-objects.ts';

const TENANT = /^tenant\/([^/]+)\//;

/** `GET` and `PUT` of `/objects/<key>?expires=…&signature=…`. */
export function createFolderPlugin(objects: FolderObjects): ModulePlugin {
  return {
    name: 'objects',
    routes: [
      route(objects, 'GET', 'An object, to whoever holds a signed address of it.', sendObject),
      route(objects, 'PUT', 'Stores an object at a signed address.', storeObject),
    ],
  };
}

async function sendObject(objects: FolderObjects, exchange: HttpExchange): Promise<void> {
  const { key, scope } = admit(objects, 'GET', exchange);
  const stored = await objects.get(scope, key);
  if (stored === null) throw new AppError('not_found');
  const { mediaType, sizeBytes, etag } = stored.info;
  // Nothing that a stranger stored may run in a page of ours.
  exchange.openStream(200, {
    'content-type': mediaType,
    'content-length': String(sizeBytes),
    etag: `"${etag}"`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
  for await (const chunk of stored.body) {
    if (exchange.signal.aborted) return;
    await exchange.write(chunk);
  }
  exchange.end();
}

async function storeObject(objects: FolderObjects, exchange: HttpExchange): Promise<void> {
  const { key, scope } = admit(objects, 'PUT', exchange);
  const mediaType = mediaTypeOf(exchange);
  const verdict = await objects.put(scope, key, exchange.body, mediaType === '' ? {} : { mediaType });
  if (verdict.type !== 'stored') throw new AppError('conflict');
  exchange.send(200, { etag: `"${verdict.etag}"` }, '');
}

/** Whose object may be reached, and its key. Throws `AppError('policy_denied')`. */
function admit(objects: FolderObjects, method: 'GET' | 'PUT', head: RequestHead) {
  const key = head.params['*'] ?? '';
  const request = { method, key, query: head.query, mediaType: mediaTypeOf(head) };
  const verdict = objects.signedPaths.verify(request);
  const [, tenantId] = TENANT.exec(key) ?? [];
  if (verdict === 'expired') throw new AppError('policy_denied', { message: 'This signed address has expired.' });
  if (verdict === 'invalid' || tenantId === undefined) {
    throw new AppError('policy_denied', { message: 'The signature does not allow this request.' });
  }
  return { key, scope: { tenantId: asTenantId(tenantId) } };
}

function mediaTypeOf({ headers }: RequestHead): string {
  return String(headers['content-type'] ?? '');
}

type Serve = (objects: FolderObjects, exchange: HttpExchange) => Promise<void>;

function route(objects: FolderObjects, method: 'GET' | 'PUT', summary: string, serve: Serve): RawRoute {
  return {
    kind: 'raw',
    method,
    path: '/objects/*',
    permission: 'public',
    anyMediaType: true,
    summary,
    // Nobody without a signature may make us hold what they send.
    admit: (head) => void admit(objects, method, head),
    handle: (exchange) => serve(objects, exchange),
  };
}
