import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { DataFolderBusyError, lockDataFolder } from './data-folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'reeve-lock-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own that takes the lock, says so and keeps it. */
async function startOwner(): Promise<{ pid: number; kill: () => Promise<void> }> {
  const lockFile = new URL('./data-folder-lock.ts', import.meta.url).pathname;
  const program = `
    const { lockDataFolder } = await import(${JSON.stringify(lockFile)});
    lockDataFolder(${JSON.stringify(folder)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async (): Promise<void> => {
    if (owner.signalCode !== null) return;
    const exited = once(owner, 'exit');
    owner.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  await once(owner.stdout, 'data');
  return { pid: owner.pid ?? 0, kill };
}

function busyError(): DataFolderBusyError | null {
  try {
    lockDataFolder(folder).release();
    return null;
  } catch (error) {
    if (error instanceof DataFolderBusyError) return error;
    throw error;
  }
}

it('keeps a second process out and names folder and owner', async () => {
  const owner = await startOwner();
  const error = busyError();
  expect(error?.ownerPid).toBe(owner.pid);
  expect(error?.message).toContain(folder);
  expect(error?.message).toContain('REEVE_DATA_DIR');
});

it('goes with its owner, even by kill -9', async () => {
  const owner = await startOwner();
  await owner.kill();
  expect(existsSync(join(folder, 'lock.pid'))).toBe(true);
  expect(busyError()).toBeNull();
});

it('keeps a second taker of the same process out until it is released', () => {
  const lock = lockDataFolder(folder);
  expect(busyError()?.ownerPid).toBe(process.pid);
  lock.release();
  lock.release();
  expect(busyError()).toBeNull();
});

it('makes a missing folder, for its owner only', () => {
  const lock = lockDataFolder(join(folder, 'new', 'folder'));
  expect(existsSync(join(folder, 'new', 'folder', 'lock.sqlite'))).toBe(true);
  lock.release();
});

it('says which folder cannot be written, and the way out', () => {
  const inAFile = join(import.meta.filename, 'data');
  expect(() => lockDataFolder(inAFile)).toThrow(
    /The data folder .*data-folder-lock.test.ts\/data cannot be written .*ENOTDIR.*REEVE_DATA_DIR/,
  );
});
