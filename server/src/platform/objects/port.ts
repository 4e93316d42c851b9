/**
 * Objects: bytes under keys, with versions. A tenant's keys begin with `tenant/<its id>/`; a scope reaches no others, and
 * whoever hands in a key of another form has a bug.
 */
import type { Scope } from '#kernel';

export { tenantKey } from './object-keys.ts';

export type ObjectScope = Pick<Scope, 'tenantId'>;

export interface ObjectInfo {
  key: string;
  /** Opaque; names this version for ever. */
  version: string;
  sizeBytes: number;
  /** Opaque; changes with the bytes. For `ifMatch`. */
  etag: string;
  /** Hex; `null` where the store does not know it: S3, for bytes that came in parts and without a declared hash. */
  sha256: string | null;
  mediaType: string;
  /** ISO 8601, UTC. */
  modifiedAt: string;
}

export interface StoredObject {
  info: ObjectInfo;
  /**
   * The bytes, or those of the range. To be read whole or left by leaving the loop. Bytes that are not those that were
   * stored end in `AppError('internal_error')` at the end of a whole reading.
   */
  body: AsyncIterable<Buffer>;
}

export interface PutOptions {
  /** Default `application/octet-stream`. */
  mediaType?: string;
  /** Hex. The bytes are stored only if this is their hash. */
  sha256?: string;
  /**
   * Only where no object stands under the key (`absent`), or while one with this etag does. Some stores (versitygw) never
   * count a key as absent again once its object was deleted.
   */
  when?: 'absent' | { etag: string };
}

/** What became of bytes: `precondition-failed` and `digest-mismatch` left nothing behind. */
export type PutVerdict =
  | { type: 'stored'; version: string; etag: string; sha256: string | null; sizeBytes: number }
  | { type: 'precondition-failed' }
  | { type: 'digest-mismatch' };

/** Bytes `start` to `end`, the last included; to the object's end without `end`. */
export interface ByteRange {
  start: number;
  end?: number;
}

export interface ListedObject {
  key: string;
  sizeBytes: number;
  etag: string;
  modifiedAt: string;
}

export interface ListedVersion {
  version: string;
  modifiedAt: string;
  /** A marker: the object was deleted here, and what stands before it can still be read by its version. */
  deleted: boolean;
}

/** An upload in parts; hand it back as it was given. */
export interface Upload {
  key: string;
  id: string;
}

export interface UploadedPart {
  /** 1–10,000; the order in which parts are joined. */
  number: number;
  etag: string;
}

export type CompleteVerdict =
  | PutVerdict
  | { type: 'refused'; reason: 'part-too-small' | 'unknown-part' | 'unknown-upload' };

export interface PresignOptions {
  method: 'GET' | 'PUT';
  /** At most 604,800, a week. */
  expiresInSeconds: number;
  /** With PUT: the `content-type` that must be sent. */
  mediaType?: string;
}

export interface PresignedRequest {
  /** Absolute for S3; for the folder a path on this server. */
  url: string;
  method: 'GET' | 'PUT';
  /** To be sent as they are. */
  headers: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  expiresAt: string;
}

/** Least size of every part but the last. */
export const PART_BYTES_MIN = 5 * 1024 * 1024;

/**
 * Everything rejects with `AppError('objects_unavailable')` where the store cannot be reached or refuses us, and what a
 * full disk or a cut connection interrupted is not there. Keys do not stand below one another: where `a` is an object,
 * `a/b` is not.
 */
export interface Objects {
  readonly engine: 'folder' | 's3';
  /** Stores bytes as the newest version. What `stored` says survives a crash; of racing puts `when: 'absent'` one is stored. */
  put(
    scope: ObjectScope,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<PutVerdict>;
  /** The newest version or the one asked for, whole or a range of it; `null` where there is none. */
  get(scope: ObjectScope, key: string, part?: { version?: string; range?: ByteRange }): Promise<StoredObject | null>;
  head(scope: ObjectScope, key: string, version?: string): Promise<ObjectInfo | null>;
  /** Without `version` the object is gone and its versions stay; with one, that version is gone for good. */
  delete(scope: ObjectScope, key: string, version?: string): Promise<void>;
  /** Objects whose keys begin with `prefix`, by key, at most `limit` (1–1,000) of them; `next` goes on as `after`. */
  list(
    scope: ObjectScope,
    prefix: string,
    page?: { after?: string; limit?: number },
  ): Promise<{ objects: ListedObject[]; next: string | null }>;
  /** All versions under the key, newest first. */
  versions(scope: ObjectScope, key: string): Promise<ListedVersion[]>;
  /** Copies the newest version with its tags, inside the tenant. `null` where there is none. */
  copy(scope: ObjectScope, from: string, to: string): Promise<PutVerdict | null>;
  /** `null` where there is no object. */
  tags(scope: ObjectScope, key: string): Promise<Record<string, string> | null>;
  /** Replaces the tags of the newest version: at most ten, of letters, digits, spaces and `+ - = . _ : / @`. False where there is none. */
  setTags(scope: ObjectScope, key: string, tags: Readonly<Record<string, string>>): Promise<boolean>;

  startUpload(scope: ObjectScope, key: string, options?: Pick<PutOptions, 'mediaType' | 'sha256'>): Promise<Upload>;
  /** The same number again replaces that part. `null` where the upload is unknown. */
  putPart(scope: ObjectScope, upload: Upload, number: number, bytes: Uint8Array): Promise<UploadedPart | null>;
  /** Joins the parts, in rising order; the upload is over when they are stored. */
  completeUpload(scope: ObjectScope, upload: Upload, parts: readonly UploadedPart[]): Promise<CompleteVerdict>;
  abortUpload(scope: ObjectScope, upload: Upload): Promise<void>;

  /** A request that whoever holds it may make without a key until it expires. */
  presign(scope: ObjectScope, key: string, options: PresignOptions): Promise<PresignedRequest>;

  /** Resolves to `null` when the store serves, else to what is wrong. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
