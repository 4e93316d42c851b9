/** Objects in a folder. Several processes may work in it at once; nothing is told before the disk has it. */
import { join } from 'node:path';
import { AppError, assert, type Clock, type Random } from '#kernel';
import { FolderStore } from './folder-store.ts';
import { createFolderUploads, type FolderUploads } from './folder-uploads.ts';
import { listNumbers, readVersion, removeVersion, versionName, type FoundVersion } from './folder-versions.ts';
import { walkObjects } from './list-folder.ts';
import { readBody } from './object-file.ts';
import { assertOwnKey, assertOwnPrefix, assertTags } from './object-keys.ts';
import type {
  ByteRange,
  ListedObject,
  ListedVersion,
  ObjectInfo,
  Objects,
  ObjectScope,
  PresignOptions,
  PutOptions,
  Upload,
  UploadedPart,
} from './port.ts';
import { createSignedPaths, type SignedPaths } from './signed-paths.ts';
import { once, verifyBody } from './verify-body.ts';

export interface FolderOptions {
  /** Absolute. */
  folder: string;
  clock: Clock;
  random: Random;
}

const UPLOADS = 'uploads';
const LIST_MAX = 1000;

/** Opens the folder, made where it is missing. */
export async function openFolderObjects({ folder, clock, random }: FolderOptions): Promise<FolderObjects> {
  const nonce = (): string => freshNonce(random);
  const store = new FolderStore(folder, clock, nonce);
  await store.prepare();
  const uploads = createFolderUploads(join(folder, UPLOADS), nonce, clock);
  await uploads.sweep();
  return new FolderObjects(store, uploads, createSignedPaths(await store.readSigningKey(), clock));
}

export class FolderObjects implements Objects {
  readonly engine = 'folder';
  /** For the routes that serve what was signed here. */
  readonly signedPaths: SignedPaths;
  readonly #store: FolderStore;
  readonly #uploads: FolderUploads;

  constructor(store: FolderStore, uploads: FolderUploads, signedPaths: SignedPaths) {
    this.#store = store;
    this.#uploads = uploads;
    this.signedPaths = signedPaths;
  }

  async put(scope: ObjectScope, key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}) {
    assertOwnKey(scope, key);
    return reachable(this.#store.store(key, body instanceof Uint8Array ? once(body) : body, options));
  }

  async get(scope: ObjectScope, key: string, { version, range }: { version?: string; range?: ByteRange } = {}) {
    assertOwnKey(scope, key);
    const found = await reachable(this.#store.find(key, version));
    if (found === null) return null;
    const { path, note } = found;
    const end = Math.min(note.sizeBytes, (range?.end ?? note.sizeBytes) + 1);
    const bytes = readBody(path, range?.start ?? 0, end);
    return { info: toInfo(found), body: range === undefined ? verifyBody(bytes, note) : bytes };
  }

  async head(scope: ObjectScope, key: string, version?: string): Promise<ObjectInfo | null> {
    assertOwnKey(scope, key);
    const found = await reachable(this.#store.find(key, version));
    return found === null ? null : toInfo(found);
  }

  async delete(scope: ObjectScope, key: string, version?: string): Promise<void> {
    assertOwnKey(scope, key);
    if (version === undefined) await reachable(this.#store.markDeleted(key));
    else await reachable(removeVersion(this.#store.place(key), Number(version)));
  }

  async list(
    scope: ObjectScope,
    prefix: string,
    { after = '', limit = LIST_MAX }: { after?: string; limit?: number } = {},
  ) {
    assertOwnPrefix(scope, prefix);
    return reachable(this.#list(prefix, after, limit));
  }

  async versions(scope: ObjectScope, key: string): Promise<ListedVersion[]> {
    assertOwnKey(scope, key);
    return reachable(this.#versions(this.#store.place(key)));
  }

  async copy(scope: ObjectScope, from: string, to: string) {
    assertOwnKey(scope, from);
    assertOwnKey(scope, to);
    return reachable(this.#copy(from, to));
  }

  async tags(scope: ObjectScope, key: string) {
    assertOwnKey(scope, key);
    const found = await reachable(this.#store.find(key));
    return found === null ? null : reachable(this.#store.readTags(key, found.number));
  }

  async setTags(scope: ObjectScope, key: string, tags: Readonly<Record<string, string>>): Promise<boolean> {
    assertOwnKey(scope, key);
    assertTags(tags);
    const found = await reachable(this.#store.find(key));
    if (found !== null) await reachable(this.#store.writeTags(key, found.number, tags));
    return found !== null;
  }

  async startUpload(scope: ObjectScope, key: string, options: Pick<PutOptions, 'mediaType' | 'sha256'> = {}) {
    assertOwnKey(scope, key);
    return reachable(this.#uploads.start(key, options));
  }

  async putPart(scope: ObjectScope, upload: Upload, number: number, bytes: Uint8Array) {
    assertOwnKey(scope, upload.key);
    assert(Number.isInteger(number) && number >= 1 && number <= 10_000, 'parts are numbered from 1 to 10,000');
    return reachable(this.#uploads.putPart(upload, number, bytes));
  }

  async completeUpload(scope: ObjectScope, upload: Upload, parts: readonly UploadedPart[]) {
    assertOwnKey(scope, upload.key);
    return reachable(
      this.#uploads.complete(upload, parts, (body, options) => this.#store.store(upload.key, body, options)),
    );
  }

  async abortUpload(scope: ObjectScope, upload: Upload): Promise<void> {
    assertOwnKey(scope, upload.key);
    await reachable(this.#uploads.abort(upload));
  }

  async presign(scope: ObjectScope, key: string, options: PresignOptions) {
    assertOwnKey(scope, key);
    return this.signedPaths.sign(key, options);
  }

  async check(): Promise<string | null> {
    try {
      await this.#store.assertThere();
      return null;
    } catch (error) {
      return `the folder of objects is not there: ${String(error)}`;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #list(prefix: string, after: string, limit: number) {
    await this.#store.assertThere();
    const objects: ListedObject[] = [];
    for await (const object of walkObjects(this.#store.folder, prefix, after)) {
      if (objects.length === limit) return { objects, next: objects.at(-1)?.key ?? null };
      objects.push(object);
    }
    return { objects, next: null };
  }

  async #versions(place: string): Promise<ListedVersion[]> {
    await this.#store.assertThere();
    const { numbers } = await listNumbers(place);
    const found = await Promise.all(numbers.map((number) => readVersion(place, number)));
    return found.flatMap((version) => (version === null ? [] : toListed(version)));
  }

  async #copy(from: string, to: string) {
    const found = await this.#store.find(from);
    if (found === null) return null;
    const { path, note, number } = found;
    const body = verifyBody(readBody(path, 0, note.sizeBytes), note);
    const verdict = await this.#store.store(to, body, { mediaType: note.mediaType });
    const tags = await this.#store.readTags(from, number);
    if (verdict.type === 'stored') await this.#store.writeTags(to, Number(verdict.version), tags);
    return verdict;
  }
}

function toInfo({ number, note }: FoundVersion): ObjectInfo {
  const { key, sizeBytes, sha256, mediaType, modifiedAt } = note;
  return { key, version: versionName(number), sizeBytes, etag: sha256, sha256, mediaType, modifiedAt };
}

function toListed({ number, note }: FoundVersion): ListedVersion {
  return { version: versionName(number), modifiedAt: note.modifiedAt, deleted: note.deleted === true };
}

function freshNonce(random: Random): string {
  const bytes = Buffer.alloc(16);
  random.fill(bytes);
  return bytes.toString('hex');
}

/** What the file system refuses is a store that is away; what the giver of the bytes throws stays his. */
async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new AppError('objects_unavailable', { detail: 'the folder of objects cannot be used', cause: error });
  }
}
