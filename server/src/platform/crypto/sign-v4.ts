/**
 * AWS Signature Version 4, in headers and in a URL's query. Source: the public description of the signing process, its
 * test suite, and the examples of the S3 API reference.
 */
import { createHash, createHmac } from 'node:crypto';

export interface SignableRequest {
  method: string;
  /** As it stands on the wire, e.g. `/model/a%3A0/converse`. */
  path: string;
  /** Behind the `?`, percent-encoded, each parameter with its `=`; empty where there is none. */
  query: string;
  /** Those that are signed; `host` is one of them. Names in small letters. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | string;
}

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary keys. */
  sessionToken?: string | undefined;
}

export interface SigningScope {
  region: string;
  /** `s3` signs the path as it stands; every other service encodes it once more. */
  service: string;
  /** Milliseconds since 1970, by the provider's clock. */
  atMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const UNSIGNED_BODY = 'UNSIGNED-PAYLOAD';

/** The headers that prove who asks; they go out beside those that were signed. For S3 they name the body's hash, too. */
export function signV4(request: SignableRequest, keys: AwsKeys, scope: SigningScope): Record<string, string> {
  const bodyHash = hash(request.body);
  const added = {
    ...(scope.service === 's3' ? { 'x-amz-content-sha256': bodyHash } : {}),
    'x-amz-date': toAmzTime(scope.atMs),
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const headers = sortHeaders({ ...request.headers, ...added });
  const canonical = canonicalize({ ...request, path: toSignedPath(request.path, scope) }, headers, bodyHash);
  const credential = `Credential=${keys.accessKeyId}/${findPlace(scope)}`;
  const signature = sign(canonical, keys, scope);
  return {
    ...added,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${namesOf(headers)}, Signature=${signature}`,
  };
}

/**
 * The query of a URL that lets whoever holds it make this one request until it expires (at most 604,800 s). The body is
 * not signed; the headers of `request` are, and must be sent with these values.
 */
export function presignV4(
  request: Omit<SignableRequest, 'body'>,
  keys: AwsKeys,
  scope: SigningScope,
  expiresInSeconds: number,
): string {
  const headers = sortHeaders(request.headers);
  const added = {
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${keys.accessKeyId}/${findPlace(scope)}`,
    'X-Amz-Date': toAmzTime(scope.atMs),
    'X-Amz-Expires': String(expiresInSeconds),
    ...(keys.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': keys.sessionToken }),
    'X-Amz-SignedHeaders': namesOf(headers),
  };
  const own = Object.entries(added).map(([name, value]) => `${name}=${encodeStrictly(value)}`);
  const query = [...(request.query === '' ? [] : [request.query]), ...own].join('&');
  const canonical = canonicalize(
    { ...request, query, path: toSignedPath(request.path, scope) },
    headers,
    UNSIGNED_BODY,
  );
  return `${query}&X-Amz-Signature=${sign(canonical, keys, scope)}`;
}

/** Percent-encodes all but letters, digits and `-._~` (RFC 3986). */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

type Header = readonly [name: string, value: string];

/** The request as both sides write it down. */
function canonicalize(
  { method, path, query }: Pick<SignableRequest, 'method' | 'path' | 'query'>,
  headers: readonly Header[],
  bodyHash: string,
): string {
  return [
    method,
    path,
    query.split('&').toSorted().join('&'),
    ...headers.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    namesOf(headers),
    bodyHash,
  ].join('\n');
}

function toSignedPath(path: string, { service }: SigningScope): string {
  return service === 's3' ? path : path.split('/').map(encodeStrictly).join('/');
}

function sortHeaders(headers: Readonly<Record<string, string>>): Header[] {
  return Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function namesOf(headers: readonly Header[]): string {
  return headers.map(([name]) => name).join(';');
}

function sign(canonical: string, keys: AwsKeys, scope: SigningScope): string {
  const place = findPlace(scope);
  const toSign = [ALGORITHM, toAmzTime(scope.atMs), place, hash(canonical)].join('\n');
  return createHmac('sha256', findKey(keys, place)).update(toSign).digest('hex');
}

function findPlace({ region, service, atMs }: SigningScope): string {
  return `${toAmzTime(atMs).slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** `20150830T123600Z`. */
function toAmzTime(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
}

function hash(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A key holds for a day, a region and a service. */
const known = new Map<string, Buffer>();
const KNOWN_MAX = 256;

function findKey({ secretAccessKey }: AwsKeys, place: string): Buffer {
  const name = `${place}\n${secretAccessKey}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  const key = place
    .split('/')
    .reduce(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
  known.set(name, key);
  return key;
}
