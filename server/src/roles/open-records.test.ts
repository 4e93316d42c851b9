import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createIdSource } from '#kernel';
import { createSystemRandom, systemClock } from '../platform/clock/system-clock.ts';
import { lockDataFolder } from '../platform/database/data-folder-lock.ts';
import { readInstanceName } from './open-records.ts';

it('names an instance once, and anew where a power cut or a full disk left the file empty', () => {
  const lock = lockDataFolder(mkdtempSync(join(tmpdir(), 'reeve-instance-')));
  const ids = createIdSource(systemClock, createSystemRandom());
  // Two instances without a name would be one: each would end what the other runs.
  writeFileSync(join(lock.folder, 'instance.id'), '');
  const name = readInstanceName(lock, ids);
  expect(name).toMatch(/^wri_/);
  expect(readInstanceName(lock, ids)).toBe(name);
  lock.release();
  rmSync(lock.folder, { recursive: true });
});
