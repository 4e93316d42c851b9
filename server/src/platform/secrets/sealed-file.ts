/** The sealed file as a value that one process after another changes, in memory as it was last read. */
import { AppError, type Random } from '#kernel';
import { openEnvelope, readKeyId, SealError, sealEnvelope } from '../crypto/port.ts';
import type { MasterKeys } from './master-key.ts';
import type { SecretScope } from './port.ts';
import { findNewest, readNewest, writeGeneration } from './sealed-generations.ts';

export interface StoredVersion {
  version: number;
  /** Base64. */
  value: string;
  createdAt: string;
}

/** What the file holds, as JSON in its envelope. */
interface Contents {
  tenants: Record<string, TenantContents>;
}

export interface TenantContents {
  /** Name → versions, oldest first. */
  secrets: Record<string, StoredVersion[]>;
  /** Purpose → how often its key was changed by hand. */
  rotations: Record<string, number>;
}

/** Changes the tenant's part in place, or says that nothing is to be kept. */
export type Change<T> = (tenant: TenantContents) => { result: T; changed: boolean };

const FILE_CONTEXT = 'reeve/secrets/1:file';

/** Opens the file in `folder`, made where it is missing, and seals it anew where it is still under an older key. */
export async function openSealedFile(folder: string, keys: MasterKeys, random: Random): Promise<SealedFile> {
  const file = new SealedFile(folder, keys, random);
  await file.claim();
  return file;
}

/** A name such as `constructor` must not find what every object has. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

export class SealedFile {
  readonly #folder: string;
  readonly #keys: MasterKeys;
  readonly #random: Random;
  #known: { number: number; contents: Contents } | null = null;
  #line: Promise<unknown> = Promise.resolve();

  constructor(folder: string, keys: MasterKeys, random: Random) {
    this.#folder = folder;
    this.#keys = keys;
    this.#random = random;
  }

  /** Seals the file under the first key, where it is new or under an older one. Throws where no key opens it. */
  async claim(): Promise<void> {
    for (;;) {
      const newest = await readNewest(this.#folder);
      const contents = newest === null ? { tenants: {} } : this.#open(newest.bytes);
      if (newest !== null && readKeyId(newest.bytes) === this.#keys[0].id) return;
      if (await this.#write((newest?.number ?? 0) + 1, contents)) return;
    }
  }

  async read({ tenantId }: SecretScope): Promise<TenantContents> {
    const { contents } = await reachable(this.#load());
    return findTenant(contents, tenantId);
  }

  /** Changes of this process wait for each other; those of others make it look again. */
  change<T>({ tenantId }: SecretScope, work: Change<T>): Promise<T> {
    const turn = this.#line.then(() => reachable(this.#change(tenantId, work)));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async check(): Promise<string | null> {
    try {
      await this.#load();
      return null;
    } catch (error) {
      return `the sealed file cannot be read: ${String(error)}`;
    }
  }

  async settled(): Promise<void> {
    await this.#line;
  }

  async #change<T>(tenantId: string, work: Change<T>): Promise<T> {
    for (;;) {
      const { number, contents } = await this.#load();
      const draft = structuredClone(contents);
      const tenant = findTenant(draft, tenantId);
      const { result, changed } = work(tenant);
      if (!changed) return result;
      draft.tenants[tenantId] = tenant;
      if (await this.#write(number + 1, draft)) return result;
    }
  }

  async #load(): Promise<{ number: number; contents: Contents }> {
    const known = this.#known;
    if (known !== null && (await findNewest(this.#folder)) === known.number) return known;
    const newest = await readNewest(this.#folder);
    if (newest === null) throw new Error(`the sealed file in ${this.#folder} is gone`);
    const loaded = { number: newest.number, contents: this.#open(newest.bytes) };
    this.#known = loaded;
    return loaded;
  }

  #open(bytes: Buffer): Contents {
    const id = readKeyId(bytes);
    const key = this.#keys.find((known) => known.id === id);
    if (key === undefined) {
      const here = this.#keys.map((known) => known.id).join(', ');
      throw new SealError('key', `The secrets are sealed under the master key ${id}; the key given is ${here}.`);
    }
    // Authentic, so it is what `#write` wrote.
    return JSON.parse(openEnvelope(key.derive('file'), bytes, FILE_CONTEXT).toString('utf8')) as Contents;
  }

  async #write(number: number, contents: Contents): Promise<boolean> {
    const [master] = this.#keys;
    const plain = Buffer.from(JSON.stringify(contents));
    const bytes = sealEnvelope({ id: master.id, bytes: master.derive('file') }, plain, FILE_CONTEXT, this.#random);
    const nonce = Buffer.alloc(8);
    this.#random.fill(nonce);
    const written = await writeGeneration(this.#folder, { number, bytes }, nonce.toString('hex'));
    if (written) this.#known = { number, contents };
    return written;
  }
}

function findTenant({ tenants }: Contents, tenantId: string): TenantContents {
  return own(tenants, tenantId) ?? { secrets: {}, rotations: {} };
}

/** A disk that refuses is an engine that is away. */
async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new AppError('secrets_unavailable', { detail: 'the sealed file cannot be used', cause: error });
  }
}
