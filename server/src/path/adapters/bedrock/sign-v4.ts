/** AWS Signature Version 4 in request headers. Source: the public description of the signing process and its test suite. */
import { createHash, createHmac } from 'node:crypto';

export interface SignableRequest {
  method: string;
  /** As it stands on the wire, e.g. `/model/a%3A0/converse`. */
  path: string;
  /** Behind the `?`, percent-encoded; empty where there is none. */
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
  service: string;
  /** Milliseconds since 1970, by the provider's clock. */
  atMs: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The headers that prove who asks; they go out beside those that were signed. */
export function signV4(request: SignableRequest, keys: AwsKeys, scope: SigningScope): Record<string, string> {
  const time = toAmzTime(scope.atMs);
  const added = {
    'x-amz-date': time,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const headers = Object.entries({ ...request.headers, ...added }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const signed = headers.map(([name]) => name).join(';');
  const place = `${time.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const canonical = canonicalize(request, headers, signed);
  const toSign = [ALGORITHM, time, place, hash(canonical)].join('\n');
  const signature = createHmac('sha256', findKey(keys, place)).update(toSign).digest('hex');
  const credential = `Credential=${keys.accessKeyId}/${place}`;
  return { ...added, authorization: `${ALGORITHM} ${credential}, SignedHeaders=${signed}, Signature=${signature}` };
}

/** The request as both sides write it down. */
export function canonicalize(
  { method, path, query, body }: SignableRequest,
  headers: readonly (readonly [string, string])[],
  signed: string,
): string {
  return [
    method,
    // Every service but S3 encodes the path of the wire once more.
    path.split('/').map(encodeStrictly).join('/'),
    query.split('&').toSorted().join('&'),
    ...headers.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    signed,
    hash(body),
  ].join('\n');
}

/** Percent-encodes all but letters, digits and `-._~` (RFC 3986). */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
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
