import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineSettings, initSettings } from './pglite-settings.ts';
import { readMigrations } from './migrations.ts';

export const preparedRoot: string = fileURLToPath(new URL('../../../.prepared/', import.meta.url));

/** The template that fits this program: it changes with the migrations, the engine and its settings. */
export function preparedFolder(root: string = preparedRoot): string {
  const key = createHash('sha256')
    .update(engineVersion())
    .update(JSON.stringify([initSettings, engineSettings]))
    .update(
      readMigrations()
        .map(({ name, checksum }) => `${name} ${checksum}\n`)
        .join(''),
    );
  return join(root, key.digest('hex').slice(0, 16));
}

function engineVersion(): string {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}

/** Whether `folder` holds a data folder; one that is being made never has its final name. */
export function isDataFolder(folder: string): boolean {
  return existsSync(join(folder, 'PG_VERSION'));
}

/**
 * Puts a whole data folder at `target`, or none: `fill` works under another name, then everything is synced and
 * renamed. What an interrupted earlier try left is removed. Callers hold the lock of the folder around it.
 */
export async function placeWhole(target: string, fill: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await fill(unfinished);
  await syncTree(unfinished);
  await rename(unfinished, target);
  await syncPath(join(target, '..'));
}

/** Copies a template; file modes stay. */
export async function copyTemplate(template: string, unfinished: string): Promise<void> {
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await cp(template, unfinished, { recursive: true });
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const queue = [folder, ...paths].values();
  const worker = async (): Promise<void> => {
    for (const path of queue) await syncPath(path);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
