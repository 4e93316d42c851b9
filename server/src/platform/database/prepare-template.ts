import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataFolder } from './pglite-database.ts';
import { isDataFolder, preparedFolder, preparedRoot } from './prepared-folder.ts';

/**
 * Makes the template that first starts copy, where it is missing: a data folder with the newest schema, cleanly closed.
 * Takes seconds. Several processes may do it at once and any may be interrupted: a template appears whole or not at all.
 * Returns its path.
 */
export async function ensurePrepared(root: string = preparedRoot): Promise<string> {
  const folder = preparedFolder(root);
  if (isDataFolder(folder)) return folder;
  await mkdir(root, { recursive: true });
  const unfinished = join(root, `unfinished-${randomUUID()}`);
  try {
    await makeDataFolder(unfinished, (database) => database.migrate());
    await letAllRead(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    // Another process was quicker: its template is as good.
    if (!isDataFolder(folder)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Whoever installs may be another user than who starts. A template holds no data; what is copied from it lies in a closed folder. */
async function letAllRead(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await chmod(folder, 0o755);
  for (const entry of entries) await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

/** As this file names them; what else lies beside them is others'. */
const TEMPLATE = /^(?:[0-9a-f]{16}|unfinished-.*)$/;

/** Removes templates of other versions and what interrupted runs left. */
export async function removeOldTemplates(root: string = preparedRoot): Promise<void> {
  const kept = preparedFolder(root);
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (TEMPLATE.test(name) && path !== kept) await rm(path, { recursive: true, force: true });
  }
}
