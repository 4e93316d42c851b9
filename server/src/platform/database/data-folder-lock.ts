import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Proof that this process alone works in the folder. Whatever opens files there asks for it. */
export interface DataFolderLock {
  /** The absolute path of the data folder. */
  readonly folder: string;
  /** Gives the folder free; may be called twice. */
  release(): void;
}

/** The data folder belongs to another process. */
export class DataFolderBusyError extends Error {
  readonly folder: string;
  /** The owner as it wrote itself down, or `null` where that cannot be known. */
  readonly ownerPid: number | null;

  constructor(folder: string, ownerPid: number | null) {
    const owner = ownerPid === null ? 'Another process' : `Another process (pid ${ownerPid})`;
    super(`${owner} works in the data folder ${folder}. Stop it, or set REEVE_DATA_DIR to another folder.`);
    this.name = 'DataFolderBusyError';
    this.folder = folder;
    this.ownerPid = ownerPid;
  }
}

/**
 * Makes the folder where it is missing and takes its lock. Node has no flock, but an exclusive SQLite transaction is a
 * lock of the operating system: it goes with the process, so that a crash never blocks the next start.
 *
 * @throws {DataFolderBusyError} when another process (or another lock of this one) holds it.
 * @throws {Error} that names the folder and the way out when it cannot be made or written.
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  const folder = resolve(dataDir);
  makeWritable(folder);
  const ownerFile = join(folder, 'lock.pid');
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw new DataFolderBusyError(folder, readOwner(ownerFile));
    throw new Error(`the data folder ${folder} cannot be locked`, { cause: error });
  }
  writeFileSync(ownerFile, `${process.pid}\n`, { mode: 0o600 });
  let held = true;
  return {
    folder,
    release() {
      if (!held) return;
      held = false;
      rmSync(ownerFile, { force: true });
      lock.close();
    },
  };
}

function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const wayOut = 'Set REEVE_DATA_DIR to a folder on a disk that this user may write.';
    throw new Error(`The data folder ${folder} cannot be written (${reason}). ${wayOut}`, { cause: error });
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function readOwner(ownerFile: string): number | null {
  if (!existsSync(ownerFile)) return null;
  const pid = Number.parseInt(readFileSync(ownerFile, 'utf8'), 10);
  return Number.isSafeInteger(pid) ? pid : null;
}
