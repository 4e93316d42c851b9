/** Uploads in parts on S3, and streams too long for one request, which go the same way. */
import { createHash } from 'node:crypto';
import { flatten, unavailable, type S3Client } from './s3-client.ts';
import type { CompleteVerdict, PutOptions, PutVerdict, UploadedPart } from './port.ts';
import { bareEtag, readElement, renderParts } from './s3-wire.ts';

export interface S3Uploads {
  start(key: string, options: UploadOptions): Promise<string>;
  putPart(key: string, id: string, number: number, bytes: Uint8Array): Promise<UploadedPart | null>;
  complete(
    key: string,
    id: string,
    parts: readonly UploadedPart[],
    when?: PutOptions['when'],
  ): Promise<CompleteVerdict>;
  abort(key: string, id: string): Promise<void>;
  /** Sends pieces as they come, each a part, and joins them where the condition still holds. */
  putPieces(key: string, pieces: AsyncIterable<Buffer>, options: PutOptions): Promise<PutVerdict>;
}

type UploadOptions = Pick<PutOptions, 'mediaType' | 'sha256'>;

/** Pieces of a stream: few enough for 10,000 of them to reach 80 GB. */
export const PIECE_BYTES = 8 * 1024 * 1024;

export function createS3Uploads(client: S3Client): S3Uploads {
  const uploads: Omit<S3Uploads, 'putPieces'> = {
    async start(key, options) {
      const { text } = await client.expect({
        method: 'POST',
        key,
        query: { uploads: '' },
        headers: describeBytes(options),
      });
      const id = readElement(text, 'UploadId');
      if (id === null) throw unavailable('S3 starts an upload without naming it');
      return id;
    },
    async putPart(key, id, number, bytes) {
      const query = { partNumber: String(number), uploadId: id };
      const reply = await client.expect({ method: 'PUT', key, query, body: bytes }, 404);
      return reply.status === 404 ? null : { number, etag: bareEtag(reply.headers['etag']) };
    },
    async complete(key, id, parts, when) {
      const query = { uploadId: id };
      const headers = { ...conditions(when), 'content-type': 'application/xml' };
      const reply = await client.ask({ method: 'POST', key, query, headers, body: renderParts(parts) });
      // A long join answers 200 at once and tells a fault in the body.
      if (reply.status < 300 && reply.code === '')
        return readStored(client, key, bareEtag(readElement(reply.text, 'ETag')));
      if (isPreconditionFailure(reply)) return { type: 'precondition-failed' };
      const reason = REASONS[reply.code];
      if (reason !== undefined) return { type: 'refused', reason };
      throw unavailable(`S3 does not join the parts: ${reply.status} ${reply.code}`);
    },
    async abort(key, id) {
      await client.expect({ method: 'DELETE', key, query: { uploadId: id } }, 404);
    },
  };
  return { ...uploads, putPieces: (key, pieces, options) => putPieces(uploads, key, pieces, options) };
}

async function putPieces(
  uploads: Omit<S3Uploads, 'putPieces'>,
  key: string,
  pieces: AsyncIterable<Buffer>,
  options: PutOptions,
): Promise<PutVerdict> {
  const id = await uploads.start(key, options);
  const whole = createHash('sha256');
  const parts: UploadedPart[] = [];
  let done = false;
  try {
    for await (const piece of pieces) {
      whole.update(piece);
      const part = await uploads.putPart(key, id, parts.length + 1, piece);
      if (part === null) throw unavailable('S3 has forgotten the upload');
      parts.push(part);
    }
    const sha256 = whole.digest('hex');
    if (options.sha256 !== undefined && options.sha256 !== sha256) return { type: 'digest-mismatch' };
    const verdict = await uploads.complete(key, id, parts, options.when);
    if (verdict.type === 'refused') throw unavailable(`S3 does not join the parts: ${verdict.reason}`);
    done = verdict.type === 'stored';
    return verdict.type === 'stored' ? { ...verdict, sha256 } : verdict;
  } finally {
    if (!done) await uploads.abort(key, id);
  }
}

/** Cuts a stream into pieces of one size; the last may be smaller. */
export async function* cutPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + PIECE_BYTES - bytes);
      at += part.length;
      bytes += part.length;
      waiting.push(part);
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/** What S3 keeps beside the bytes. */
export function describeBytes({ mediaType, sha256 }: UploadOptions): Record<string, string> {
  return {
    'content-type': mediaType ?? 'application/octet-stream',
    ...(sha256 === undefined ? {} : { 'x-amz-meta-sha256': sha256 }),
  };
}

export function conditions(when: PutOptions['when']): Record<string, string> {
  if (when === undefined) return {};
  return when === 'absent' ? { 'if-none-match': '*' } : { 'if-match': `"${when.etag}"` };
}

/** 412; 409 where another write to the key is under way; 404 where `if-match` meets nothing. */
export function isPreconditionFailure({ status, code }: { status: number; code: string }): boolean {
  return (
    status === 412 ||
    (status === 409 && code === 'ConditionalRequestConflict') ||
    (status === 404 && code === 'NoSuchKey')
  );
}

async function readStored(client: S3Client, key: string, etag: string): Promise<CompleteVerdict> {
  const { headers } = await client.expect({ method: 'HEAD', key });
  const {
    'content-length': length,
    'x-amz-version-id': version = '',
    'x-amz-meta-sha256': sha256 = null,
  } = flatten(headers);
  return { type: 'stored', version, etag, sha256, sizeBytes: Number(length) };
}

const REASONS: Readonly<Record<string, 'part-too-small' | 'unknown-part' | 'unknown-upload'>> = {
  EntityTooSmall: 'part-too-small',
  InvalidPart: 'unknown-part',
  InvalidPartOrder: 'unknown-part',
  MalformedXML: 'unknown-part',
  NoSuchUpload: 'unknown-upload',
};
