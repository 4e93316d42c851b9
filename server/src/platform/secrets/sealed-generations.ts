/**
 * One value in a folder, replaced as a whole: each change is a new file with the next number, made by a hard link, which
 * fails where another process was faster. A crash leaves the old value or the new one, and never loses one that was told.
 */
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#kernel';

export interface Generation {
  number: number;
  bytes: Buffer;
}

const NAME = /^(\d{12})\.sealed$/;
const nameOf = (number: number): string => `${String(number).padStart(12, '0')}.sealed`;
/** Older ones stay for whoever must mend a damaged disk. */
const KEPT = 3;
const DRAFT_DEAD_MS = 60 * 60_000;

/** The number of the newest generation; 0 where there is none. */
export async function findNewest(folder: string): Promise<number> {
  const names = await readdir(folder);
  return Math.max(0, ...names.map((name) => Number(NAME.exec(name)?.[1] ?? 0)));
}

/** Reads the newest generation; `null` where there is none. */
export async function readNewest(folder: string): Promise<Generation | null> {
  for (;;) {
    const number = await findNewest(folder);
    if (number === 0) return null;
    try {
      return { number, bytes: await readFile(join(folder, nameOf(number))) };
    } catch (error) {
      // Another process has written newer ones and removed this one meanwhile.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** Makes the generation durable, unless that number is taken by now: then false. `nonce` names the file until it is whole. */
export async function writeGeneration(folder: string, { number, bytes }: Generation, nonce: string): Promise<boolean> {
  const draft = join(folder, `draft-${nonce}`);
  const path = join(folder, nameOf(number));
  try {
    await writeDurably(draft, bytes);
    await link(draft, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await findNewest(folder)) >= number + KEPT) {
    // The number was free because its file is pruned by now: we stood still while others wrote.
    await rm(path, { force: true });
    return false;
  }
  await syncFolder(folder);
  await prune(folder, number);
  return true;
}

/** Makes the folder and removes what a crash left half-written an hour ago or more; younger drafts may be alive. */
export async function prepareFolder(folder: string, nowMs: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of (await readdir(folder)).filter((found) => found.startsWith('draft-'))) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: nowMs }));
    if (nowMs - mtimeMs >= DRAFT_DEAD_MS) await rm(join(folder, name), { force: true });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const place = await open(folder, 'r');
  try {
    await place.sync();
  } finally {
    await place.close();
  }
}

async function prune(folder: string, newest: number): Promise<void> {
  const old = (await readdir(folder)).filter((name) => Number(NAME.exec(name)?.[1] ?? newest) <= newest - KEPT);
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
}
