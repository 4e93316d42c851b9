/** Where the operator's socket stands, for the server that opens it and the command line that calls it. */
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A way to `<data folder>/admin.sock` that fits the operating system's bound on socket paths. */
export interface AdminSocketPlace {
  /** To listen on or connect to, until `close`. */
  path: string;
  /** Removes what a crash left. Only the holder of the data folder's lock may do so. */
  removeStale(): void;
  close(): void;
}

/** `sun_path` of Linux takes 108 bytes with its closing zero, that of macOS 104. */
const PATH_BYTES_MAX = process.platform === 'linux' ? 107 : 103;

/**
 * The socket's own path where it is short enough; else one relative to the working directory, else (Linux) one through
 * an open handle of the folder. Throws where none fits.
 */
export function adminSocketPath(dataDir: string): AdminSocketPlace {
  const full = join(dataDir, 'admin.sock');
  const removeStale = (): void => rmSync(full, { force: true });
  for (const path of [full, relative(process.cwd(), full)]) {
    if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return { path, removeStale, close() {} };
  }
  if (process.platform !== 'linux') {
    throw new Error(`The path ${full} is too long for a socket. Set REEVE_DATA_DIR to a shorter one.`);
  }
  const handle = openSync(dataDir, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${handle}/admin.sock`, removeStale, close: () => closeSync(handle) };
}
