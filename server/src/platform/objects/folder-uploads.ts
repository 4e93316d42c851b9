/** Uploads in parts of the folder engine: a folder each, a file for each part, joined into one version at the end. */
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#kernel';
import { list, replaceFile, unlessMissing } from './folder-versions.ts';
import { PART_BYTES_MIN, type CompleteVerdict, type PutOptions, type Upload, type UploadedPart } from './port.ts';

export interface FolderUploads {
  start(key: string, options: UploadOptions): Promise<Upload>;
  putPart(upload: Upload, number: number, bytes: Uint8Array): Promise<UploadedPart | null>;
  /** Hands the joined bytes to `store`, and forgets the upload once they are stored. */
  complete(upload: Upload, parts: readonly UploadedPart[], store: Store): Promise<CompleteVerdict>;
  abort(upload: Upload): Promise<void>;
  /** Forgets uploads that nobody touched for a week. */
  sweep(): Promise<void>;
}

export type UploadOptions = Pick<PutOptions, 'mediaType' | 'sha256'>;
type Store = (body: AsyncIterable<Buffer>, options: UploadOptions) => Promise<CompleteVerdict>;

interface FoundPart extends UploadedPart {
  path: string;
}

const ABANDONED_MS = 7 * 24 * 60 * 60_000;
const ID = /^[0-9a-f]{32}$/;
/** A part's file: its number and the hash of its bytes. */
const PART = /^(\d{5})-([0-9a-f]{64})$/;

/** `nonce` gives 32 fresh hex characters. */
export function createFolderUploads(folder: string, nonce: () => string, clock: Clock): FolderUploads {
  const place = (upload: Upload): string => placeOf(folder, upload);

  return {
    async start(key, options) {
      const upload = { key, id: nonce() };
      await mkdir(place(upload), { recursive: true, mode: 0o700 });
      await replaceFile(
        join(place(upload), 'upload.json'),
        join(place(upload), 'draft'),
        JSON.stringify({ key, ...options }),
      );
      return upload;
    },
    async putPart(upload, number, bytes) {
      if ((await find(place(upload), upload.key)) === null) return null;
      const part = { number, etag: hash('sha256', bytes) };
      const path = join(place(upload), `${String(number).padStart(5, '0')}-${part.etag}`);
      await replaceFile(path, join(place(upload), `draft-${nonce()}`), Buffer.from(bytes));
      const older = (await findParts(place(upload))).filter(
        (other) => other.number === number && other.etag !== part.etag,
      );
      await Promise.all(older.map((other) => rm(other.path, { force: true })));
      const now = new Date(clock.now());
      await utimes(place(upload), now, now);
      return part;
    },
    async complete(upload, parts, store) {
      const options = await find(place(upload), upload.key);
      if (options === null) return { type: 'refused', reason: 'unknown-upload' };
      const found = await findParts(place(upload));
      const chosen = parts.flatMap(
        (part) => found.find(({ number, etag }) => number === part.number && etag === part.etag) ?? [],
      );
      if (chosen.length !== parts.length || parts.length === 0 || !areRising(parts)) {
        return { type: 'refused', reason: 'unknown-part' };
      }
      const sizes = await Promise.all(chosen.slice(0, -1).map(async ({ path }) => (await stat(path)).size));
      if (sizes.some((size) => size < PART_BYTES_MIN)) return { type: 'refused', reason: 'part-too-small' };
      const verdict = await store(joinParts(chosen), options);
      if (verdict.type === 'stored') await rm(place(upload), { recursive: true, force: true });
      return verdict;
    },
    async abort(upload) {
      if ((await find(place(upload), upload.key)) !== null) await rm(place(upload), { recursive: true, force: true });
    },
    async sweep() {
      for (const name of await list(folder)) {
        const found = await stat(join(folder, name)).catch(unlessMissing);
        if (found === null || clock.now() - found.mtimeMs < ABANDONED_MS) continue;
        await rm(join(folder, name), { recursive: true, force: true });
      }
    },
  };
}

/** An id of another form leads nowhere. */
function placeOf(folder: string, { id }: Upload): string {
  return join(folder, ID.test(id) ? id : 'none');
}

/** What the upload was started with; `null` where there is none of this key. */
async function find(place: string, ofKey: string): Promise<UploadOptions | null> {
  const text = await readFile(join(place, 'upload.json'), 'utf8').catch(unlessMissing);
  if (text === null) return null;
  const { key, ...options } = JSON.parse(text) as UploadOptions & { key: string };
  return key === ofKey ? options : null;
}

async function findParts(place: string): Promise<FoundPart[]> {
  return (await list(place)).flatMap((name) => {
    const [, number, etag] = PART.exec(name) ?? [];
    return etag === undefined ? [] : [{ number: Number(number), etag, path: join(place, name) }];
  });
}

function areRising(parts: readonly UploadedPart[]): boolean {
  return parts.every(({ number }, index) => number > (parts[index - 1]?.number ?? 0));
}

async function* joinParts(parts: readonly FoundPart[]): AsyncGenerator<Buffer> {
  for (const { path } of parts) {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  }
}
