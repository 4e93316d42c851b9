/** Where each worker of `--workers` keeps what is its own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '#kernel';

/**
 * The first worker has the data folder itself, so that a data folder goes from one process to many and back with its
 * journal in place; each other one a folder below.
 */
export function workerFolder(dataDir: string, worker: number): string {
  return worker === 1 ? dataDir : join(dataDir, 'workers', String(worker));
}

/** The folders of further workers that are there, from this run and from earlier ones. */
export function listWorkerFolders(dataDir: string): { worker: number; path: string }[] {
  return listFolder(join(dataDir, 'workers'))
    .map(Number)
    .filter((worker) => Number.isInteger(worker) && worker > 1)
    .map((worker) => ({ worker, path: workerFolder(dataDir, worker) }));
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
