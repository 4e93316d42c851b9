/**
 * Where versions lie: the object `tenant/x/a` is the folder `tenant/x/a@`, a file for each version, numbered. A new one is
 * a hard link under the next number, which fails where somebody was faster: that is what makes conditions hold.
 */
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '#kernel';
import { readNote, type ObjectNote } from './object-file.ts';

export interface FoundVersion {
  number: number;
  note: ObjectNote;
  /** Its file. */
  path: string;
}

/** Ends the name of an object's folder; no key can hold it. */
export const OBJECT_MARK = '@';
const DIGITS = 12;
const VERSION = new RegExp(`^\\d{${DIGITS}}$`);
/** A number that was used and whose version is gone for good: it is never given again. */
const GONE = '.gone';

export function objectFolder(root: string, key: string): string {
  return join(root, `${key}${OBJECT_MARK}`);
}

export function versionName(number: number): string {
  return String(number).padStart(DIGITS, '0');
}

/** The numbers of all versions, newest first, and the last number ever used. */
export async function listNumbers(folder: string): Promise<{ numbers: number[]; last: number }> {
  const names = await list(folder);
  const used = names.map((name) => Number.parseInt(name, 10)).filter((number) => Number.isSafeInteger(number));
  const numbers = names.filter((name) => VERSION.test(name)).map(Number);
  return { numbers: numbers.toSorted((a, b) => b - a), last: Math.max(0, ...used) };
}

/** The newest version, also where it is the mark of a deletion; `null` where there is none. */
export async function findNewest(folder: string): Promise<{ found: FoundVersion | null; last: number }> {
  for (;;) {
    const { numbers, last } = await listNumbers(folder);
    const [newest] = numbers;
    if (newest === undefined) return { found: null, last };
    const found = await readVersion(folder, newest);
    // Removed for good meanwhile: look again.
    if (found !== null) return { found, last };
  }
}

/** One version; `null` where there is none. */
export async function readVersion(folder: string, number: number): Promise<FoundVersion | null> {
  const path = join(folder, versionName(number));
  const file = await open(path, 'r').catch(unlessMissing);
  if (file === null) return null;
  try {
    return { number, note: await readNote(file), path };
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  } finally {
    await file.close();
  }
}

/** Makes `draft` the version `number`. False where the number is taken by now. */
export async function linkVersion(draft: string, folder: string, number: number): Promise<boolean> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await link(draft, join(folder, versionName(number)));
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  for (let place = folder; ; place = dirname(place)) {
    await syncFolder(place);
    // Every folder that is new must be found in the one above it after a power cut.
    if (made === undefined || place === dirname(made)) return true;
  }
}

/** Takes a version away for good; its number stays used. */
export async function removeVersion(folder: string, number: number): Promise<void> {
  const path = join(folder, versionName(number));
  const file = await open(`${path}${GONE}`, 'w', 0o600).catch(unlessMissing);
  if (file === null) return;
  await file.close();
  await rm(path, { force: true });
  await rm(tagsPath(folder, number), { force: true });
  await syncFolder(folder);
}

export function tagsPath(folder: string, number: number): string {
  return join(folder, `${versionName(number)}.tags`);
}

/** Makes or replaces a file as a whole: written as `draft` first, and synced. */
export async function replaceFile(path: string, draft: string, content: string | Uint8Array): Promise<void> {
  await writeDurably(draft, content);
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Writes a new file and syncs it; its name may still be lost. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The names in a folder; none where it is missing. */
export async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing)) ?? [];
}

/** Turns "there is no such file" into `null`. */
export function unlessMissing(error: unknown): null {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
  throw error;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
