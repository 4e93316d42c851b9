/** Objects in one bucket of S3 or of a store that speaks its wire. */
import { createHash, hash } from 'node:crypto';
import { AppError, assert, type Clock } from '#kernel';
import { presignV4 } from '../crypto/port.ts';
import type { IncomingAnswer } from '../http-client/port.ts';
import { assertOwnKey, assertOwnPrefix, assertTags } from './object-keys.ts';
import type {
  ByteRange,
  ListedVersion,
  ObjectInfo,
  Objects,
  ObjectScope,
  PresignOptions,
  PutOptions,
  PutVerdict,
  StoredObject,
  Upload,
  UploadedPart,
} from './port.ts';
import { prepareBucket, type BucketReport } from './s3-bucket.ts';
import { createS3Client, flatten, unavailable, type S3Client, type S3Deps, type S3Reply } from './s3-client.ts';
import { listKeys, listVersions } from './s3-listings.ts';
import {
  conditions,
  createS3Uploads,
  cutPieces,
  describeBytes,
  isPreconditionFailure,
  type S3Uploads,
} from './s3-uploads.ts';
import { parseS3Url, type S3Address } from './s3-url.ts';
import { bareEtag, readBlocks, readElement, renderTags } from './s3-wire.ts';
import { once, verifyBody } from './verify-body.ts';

export interface S3Options extends S3Deps {
  /** The value of `REEVE_S3_URL`. */
  url: string;
}

const WEEK_SECONDS = 604_800;
const LIST_MAX = 1000;

/** Asks nothing yet; `prepare` makes what is missing. Throws TypeError where the URL is of another form. */
export function createS3Objects({ url, httpClient, clock }: S3Options): S3Objects {
  const address = parseS3Url(url);
  return new S3Objects(address, createS3Client(address, { httpClient, clock }), clock);
}

export class S3Objects implements Objects {
  readonly engine = 's3';
  readonly #address: S3Address;
  readonly #client: S3Client;
  readonly #clock: Clock;
  readonly #uploads: S3Uploads;

  constructor(address: S3Address, client: S3Client, clock: Clock) {
    this.#address = address;
    this.#client = client;
    this.#clock = clock;
    this.#uploads = createS3Uploads(client);
  }

  /** Makes bucket, versions and rules where they are missing. */
  prepare(): Promise<BucketReport> {
    return prepareBucket(this.#client, this.#address);
  }

  async put(
    scope: ObjectScope,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<PutVerdict> {
    assertOwnKey(scope, key);
    const pieces = cutPieces(body instanceof Uint8Array ? once(body) : body);
    const first = await pieces.next();
    if (first.done) return this.#putWhole(key, Buffer.alloc(0), options);
    const second = await pieces.next();
    if (second.done) return this.#putWhole(key, first.value, options);
    return this.#uploads.putPieces(key, rejoin([first.value, second.value], pieces), options);
  }

  async get(
    scope: ObjectScope,
    key: string,
    { version, range }: { version?: string; range?: ByteRange } = {},
  ): Promise<StoredObject | null> {
    assertOwnKey(scope, key);
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` };
    const reply = await this.#client.open({ method: 'GET', key, query: ofVersion(version), headers });
    if (!('text' in reply)) {
      const info = toInfo(key, flatten(reply.headers));
      return { info, body: range === undefined ? verifyBody(readAnswer(reply), info) : readAnswer(reply) };
    }
    if (reply.status !== 416) return expectAbsent(reply);
    const info = await this.head(scope, key, version);
    return info === null ? null : { info, body: nothing() };
  }

  async head(scope: ObjectScope, key: string, version?: string): Promise<ObjectInfo | null> {
    assertOwnKey(scope, key);
    const reply = await this.#client.ask({ method: 'HEAD', key, query: ofVersion(version) });
    return reply.status === 200 ? toInfo(key, reply.headers) : expectAbsent(reply);
  }

  async delete(scope: ObjectScope, key: string, version?: string): Promise<void> {
    assertOwnKey(scope, key);
    await this.#client.expect({ method: 'DELETE', key, query: ofVersion(version) }, 404);
  }

  async list(
    scope: ObjectScope,
    prefix: string,
    { after = '', limit = LIST_MAX }: { after?: string; limit?: number } = {},
  ) {
    assertOwnPrefix(scope, prefix);
    return listKeys(this.#client, { prefix, after, limit });
  }

  async versions(scope: ObjectScope, key: string): Promise<ListedVersion[]> {
    assertOwnKey(scope, key);
    return listVersions(this.#client, key);
  }

  async copy(scope: ObjectScope, from: string, to: string): Promise<PutVerdict | null> {
    assertOwnKey(scope, from);
    assertOwnKey(scope, to);
    const headers = { 'x-amz-copy-source': `/${this.#address.bucket}/${from}` };
    const reply = await this.#client.expect({ method: 'PUT', key: to, headers }, 404);
    if (reply.status === 404) return expectAbsent(reply);
    if (reply.code !== '') throw unavailable(`S3 does not copy: ${reply.code}`);
    const copied = await this.head(scope, to);
    return copied === null ? null : { type: 'stored', ...copied };
  }

  async tags(scope: ObjectScope, key: string): Promise<Record<string, string> | null> {
    assertOwnKey(scope, key);
    const reply = await this.#client.expect({ method: 'GET', key, query: { tagging: '' } }, 404);
    if (reply.status === 404) return reply.code === 'NoSuchTagSet' ? {} : expectAbsent(reply);
    return Object.fromEntries(
      readBlocks(reply.text, 'Tag').map(({ inner }) => [readElement(inner, 'Key'), readElement(inner, 'Value') ?? '']),
    ) as Record<string, string>;
  }

  async setTags(scope: ObjectScope, key: string, tags: Readonly<Record<string, string>>): Promise<boolean> {
    assertOwnKey(scope, key);
    assertTags(tags);
    const body = renderTags(tags);
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const reply = await this.#client.expect({ method: 'PUT', key, query: { tagging: '' }, headers, body }, 404);
    return reply.status < 300;
  }

  async startUpload(scope: ObjectScope, key: string, options: Pick<PutOptions, 'mediaType' | 'sha256'> = {}) {
    assertOwnKey(scope, key);
    return { key, id: await this.#uploads.start(key, options) };
  }

  async putPart(scope: ObjectScope, { key, id }: Upload, number: number, bytes: Uint8Array) {
    assertOwnKey(scope, key);
    assert(Number.isInteger(number) && number >= 1 && number <= 10_000, 'parts are numbered from 1 to 10,000');
    return this.#uploads.putPart(key, id, number, bytes);
  }

  async completeUpload(scope: ObjectScope, { key, id }: Upload, parts: readonly UploadedPart[]) {
    assertOwnKey(scope, key);
    return this.#uploads.complete(key, id, parts);
  }

  async abortUpload(scope: ObjectScope, { key, id }: Upload): Promise<void> {
    assertOwnKey(scope, key);
    await this.#uploads.abort(key, id);
  }

  async presign(scope: ObjectScope, key: string, { method, expiresInSeconds, mediaType }: PresignOptions) {
    assertOwnKey(scope, key);
    const { publicOrigin, bucket, region, keys } = this.#address;
    const atMs = this.#clock.now();
    const seconds = Math.min(Math.ceil(expiresInSeconds), WEEK_SECONDS);
    const headers: Record<string, string> =
      method === 'PUT' && mediaType !== undefined ? { 'content-type': mediaType } : {};
    const path = `/${bucket}/${key}`;
    const signable = { method, path, query: '', headers: { ...headers, host: new URL(publicOrigin).host } };
    const query = presignV4(signable, keys, { region, service: 's3', atMs }, seconds);
    return {
      url: `${publicOrigin}${path}?${query}`,
      method,
      headers,
      expiresAt: new Date(atMs + seconds * 1000).toISOString(),
    };
  }

  async check(): Promise<string | null> {
    try {
      const { status } = await this.#client.ask({ method: 'HEAD' });
      if (status === 200) return null;
      return status === 404 ? `the bucket ${this.#address.bucket} does not exist` : `S3 answers ${status}`;
    } catch (error) {
      return error instanceof AppError ? (error.detail ?? error.message) : String(error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #putWhole(key: string, bytes: Buffer, options: PutOptions): Promise<PutVerdict> {
    const sha256 = hash('sha256', bytes);
    if (options.sha256 !== undefined && options.sha256 !== sha256) return { type: 'digest-mismatch' };
    const headers = { ...describeBytes({ ...options, sha256 }), ...conditions(options.when) };
    const reply = await this.#client.ask({ method: 'PUT', key, headers, body: bytes });
    if (options.when !== undefined && isPreconditionFailure(reply)) return { type: 'precondition-failed' };
    if (reply.status >= 300) throw unavailable(`S3 does not store: ${reply.status} ${reply.code}`);
    const { etag, 'x-amz-version-id': version = '' } = reply.headers;
    return { type: 'stored', version, etag: bareEtag(etag), sha256, sizeBytes: bytes.length };
  }
}

const ofVersion = (version: string | undefined): Record<string, string> =>
  version === undefined ? {} : { versionId: version };

/** `null` where the answer says that there is no such object or version; a mark of deletion answers 405. */
function expectAbsent({ status, code }: S3Reply): null {
  if (status === 404 || status === 405 || (status === 400 && /^$|InvalidArgument|NoSuchVersion/.test(code)))
    return null;
  throw unavailable(`S3 answers ${status} ${code}`);
}

function toInfo(key: string, headers: Readonly<Record<string, string>>): ObjectInfo {
  const [, total] = /\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  return {
    key,
    version: headers['x-amz-version-id'] ?? '',
    sizeBytes: Number(total ?? headers['content-length'] ?? 0),
    etag: bareEtag(headers['etag']),
    sha256: headers['x-amz-meta-sha256'] ?? null,
    mediaType: headers['content-type'] ?? 'application/octet-stream',
    modifiedAt: new Date(headers['last-modified'] ?? 0).toISOString(),
  };
}

async function* readAnswer(answer: IncomingAnswer): AsyncGenerator<Buffer> {
  try {
    yield* { [Symbol.asyncIterator]: () => answer[Symbol.asyncIterator]() };
  } catch (error) {
    throw unavailable(`S3 broke off: ${String(error)}`, error);
  }
}

async function* rejoin(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

async function* nothing(): AsyncGenerator<Buffer> {}
