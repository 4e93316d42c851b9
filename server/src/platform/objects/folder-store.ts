/** What the folder engine does with the bytes of one key: write, find, delete, tag. Keys are checked before they come here. */
import { link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, hasCode, type Clock } from '#kernel';
import {
  findNewest,
  linkVersion,
  list,
  objectFolder,
  readVersion,
  replaceFile,
  tagsPath,
  unlessMissing,
  versionName,
  writeDurably,
  type FoundVersion,
} from './folder-versions.ts';
import { writeObjectFile } from './object-file.ts';
import type { PutOptions, PutVerdict } from './port.ts';
import { once } from './verify-body.ts';

const DRAFTS = 'drafts';
const SIGNING_KEY = 'signing.key';
const OCTETS = 'application/octet-stream';
const DRAFT_ABANDONED_MS = 24 * 60 * 60_000;

export class FolderStore {
  readonly folder: string;
  readonly #clock: Clock;
  readonly #nonce: () => string;

  /** `nonce` gives 32 fresh hex characters. */
  constructor(folder: string, clock: Clock, nonce: () => string) {
    this.folder = folder;
    this.#clock = clock;
    this.#nonce = nonce;
  }

  /** Makes the folder and removes what crashes left half-written long ago. */
  async prepare(): Promise<void> {
    const drafts = join(this.folder, DRAFTS);
    await mkdir(drafts, { recursive: true, mode: 0o700 });
    for (const name of await list(drafts)) {
      const found = await stat(join(drafts, name)).catch(unlessMissing);
      if (found === null || this.#clock.now() - found.mtimeMs < DRAFT_ABANDONED_MS) continue;
      await rm(join(drafts, name), { force: true });
    }
  }

  place(key: string): string {
    return objectFolder(this.folder, key);
  }

  /** Writes the bytes beside their place and links them in, while the condition holds. */
  async store(key: string, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<PutVerdict> {
    const path = this.#draft();
    const modifiedAt = new Date(this.#clock.now()).toISOString();
    try {
      const note = await writeObjectFile(path, body, { key, mediaType: options.mediaType ?? OCTETS, modifiedAt });
      const { sha256, sizeBytes } = note;
      if (options.sha256 !== undefined && options.sha256 !== sha256) return { type: 'digest-mismatch' };
      const number = await this.#linkNext(path, key, options.when);
      if (number === null) return { type: 'precondition-failed' };
      return { type: 'stored', version: versionName(number), etag: sha256, sha256, sizeBytes };
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Marks the object as deleted. Nothing happens where there is none. */
  async markDeleted(key: string): Promise<void> {
    if ((await this.find(key)) === null) return;
    const path = this.#draft();
    const modifiedAt = new Date(this.#clock.now()).toISOString();
    try {
      await writeObjectFile(path, once(Buffer.alloc(0)), { key, mediaType: OCTETS, modifiedAt, deleted: true });
      await this.#linkNext(path, key, undefined);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** The newest version or the one asked for; `null` where there is none or it is deleted. */
  async find(key: string, version?: string): Promise<FoundVersion | null> {
    const found =
      version === undefined
        ? (await findNewest(this.place(key))).found
        : await readVersion(this.place(key), Number(version));
    // Without its folder a store knows nothing, which is not the same as knowing that there is nothing.
    if (found === null) await this.assertThere();
    assert(found === null || found.note.key === key, 'a version lies in the folder of its key');
    return found === null || found.note.deleted ? null : found;
  }

  async readTags(key: string, number: number): Promise<Record<string, string>> {
    const text = await readFile(tagsPath(this.place(key), number), 'utf8').catch(unlessMissing);
    return text === null ? {} : (JSON.parse(text) as Record<string, string>);
  }

  async writeTags(key: string, number: number, tags: Readonly<Record<string, string>>): Promise<void> {
    await replaceFile(tagsPath(this.place(key), number), this.#draft(), JSON.stringify(tags));
  }

  /** The secret behind signed requests: made once, by whichever process is first. */
  async readSigningKey(): Promise<Buffer> {
    const path = join(this.folder, SIGNING_KEY);
    const made = await readFile(path).catch(unlessMissing);
    if (made !== null) return made;
    const draft = this.#draft();
    await writeDurably(draft, Buffer.from(this.#nonce() + this.#nonce(), 'hex'));
    await link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    await rm(draft);
    return readFile(path);
  }

  /** Rejects where the folder is not there. */
  async assertThere(): Promise<void> {
    await stat(join(this.folder, DRAFTS));
  }

  #draft(): string {
    return join(this.folder, DRAFTS, this.#nonce());
  }

  /** The number under which the draft now stands; `null` where the condition does not hold. */
  async #linkNext(path: string, key: string, when: PutOptions['when']): Promise<number | null> {
    for (;;) {
      const { found, last } = await findNewest(this.place(key));
      if (!holds(when, found)) return null;
      if (await linkVersion(path, this.place(key), last + 1)) return last + 1;
    }
  }
}

function holds(when: PutOptions['when'], found: FoundVersion | null): boolean {
  const current = found === null || found.note.deleted ? null : found.note;
  if (when === undefined) return true;
  return when === 'absent' ? current === null : current?.sha256 === when.etag;
}
