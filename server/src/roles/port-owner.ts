/** Which process holds a TCP port, where the system tells (Linux). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';

/** `node (pid 4711)`, or `null` where it cannot be known. */
export function findPortOwner(port: number): string | null {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return null;
  for (const pid of listFolder('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = listFolder(`/proc/${pid}/fd`).some((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`)) ?? [];
      return inode !== undefined && inodes.has(inode);
    });
    if (holds)
      return `${readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120) || 'a process'} (pid ${pid})`;
  }
  return null;
}

function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return readText(table)
    .split('\n')
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const matches = columns[1]?.endsWith(`:${hexPort}`) && columns[3] === LISTENING;
      return matches && columns[9] !== undefined ? [columns[9]] : [];
    });
}

// A process may end, or not be ours to look at, while we look: it then simply is not named.
function readText(path: string): string {
  return attempt(() => readFileSync(path, 'utf8'), '');
}

function readLink(path: string): string {
  return attempt(() => readlinkSync(path), '');
}

function listFolder(path: string): string[] {
  return attempt(() => readdirSync(path), []);
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
