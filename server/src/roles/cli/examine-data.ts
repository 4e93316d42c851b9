/** The data folder, and the database in it or elsewhere. Nothing is made or changed. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DataFolderBusyError, lockDataFolder } from '../../platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '../../platform/database/pglite-database.ts';
import type { Database } from '../../platform/database/port.ts';
import { openPostgresDatabase } from '../../platform/database/postgres-database.ts';
import type { Environment } from '../environment.ts';
import { reachable, type Finding } from './findings.ts';

const SPACE_LOW_BYTES = 1024 ** 3;
const SPACE_OUT_BYTES = 64 * 1024 ** 2;

/** The folder, and the database where no server has it open. `server` says why one that is there cannot be asked. */
export async function examineData(environment: Environment, server: Error | null): Promise<Finding[]> {
  const folder = examineFolder(environment.dataDir);
  if (folder.some(({ state }) => state === 'broken')) return folder;
  if (server !== null) return [...folder, reachable('server', 'broken', server.message)];
  return [...folder, ...(await examineStopped(environment))];
}

/** Whether it can be written to, and how much room there is. */
export function examineFolder(dataDir: string): Finding[] {
  const nearest = nearestFolder(dataDir);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    const mend = `Give this user the right to write to ${nearest}, or set REEVE_DATA_DIR to another folder.`;
    return [reachable('data folder', 'broken', `${nearest} is not writable`, mend)];
  }
  const { bavail, bsize } = statfsSync(nearest);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  const detail = nearest === dataDir ? `writable, ${free}` : `not there yet, the first start makes it; ${free}`;
  if (freeBytes >= SPACE_LOW_BYTES) return [reachable('data folder', 'ok', detail)];
  const mend = 'Free space, or set REEVE_DATA_DIR to a larger disk: without room for receipts no call is served.';
  return [reachable('data folder', freeBytes < SPACE_OUT_BYTES ? 'broken' : 'warning', detail, mend)];
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** No server answers: the lock must be free then, and the database must open. */
async function examineStopped(environment: Environment): Promise<Finding[]> {
  const server = reachable('server', 'note', 'does not run');
  const { dataDir, databaseUrl } = environment;
  if (databaseUrl !== null) {
    return [
      server,
      await examineDatabase(() => openPostgresDatabase({ url: databaseUrl }), 'Check REEVE_DATABASE_URL.'),
    ];
  }
  if (!existsSync(join(dataDir, 'database'))) {
    return [server, reachable('database', 'note', 'not there yet: the first start makes it')];
  }
  try {
    const lock = lockDataFolder(dataDir);
    try {
      return [server, await examineDatabase(() => openPgliteDatabase({ lock }), 'Restore the data folder.')];
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof DataFolderBusyError)) throw error;
    const mend = 'If it is starting, wait. Else end that process: nobody answers at its admin.sock.';
    return [reachable('server', 'broken', error.message, mend)];
  }
}

async function examineDatabase(open: () => Promise<Database>, mend: string): Promise<Finding> {
  try {
    const database = await open();
    const fault = await database.check();
    await database.close();
    return fault === null ? reachable('database', 'ok', 'answers') : reachable('database', 'broken', fault, mend);
  } catch (error) {
    return reachable('database', 'broken', error instanceof Error ? error.message : String(error), mend);
  }
}
