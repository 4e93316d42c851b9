import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensurePrepared, removeOldTemplates } from './prepare-template.ts';

const root = await mkdtemp(join(tmpdir(), 'reeve-prepare-'));
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the template of first starts', () => {
  it('can be read by another user than who installed, whole, and is made once', async () => {
    const folder = await ensurePrepared(root);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const closed: string[] = [];
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      if ((mode & 0o004) === 0) closed.push(entry.name);
    }
    expect(entries.length).toBeGreaterThan(100);
    expect(closed).toEqual([]);
    expect(await ensurePrepared(root)).toBe(folder);
    for (const other of ['0123456789abcdef', 'unfinished-1', 'compiled']) await mkdir(join(root, other));
    await removeOldTemplates(root);
    expect((await readdir(root)).toSorted()).toEqual([basename(folder), 'compiled'].toSorted());
  }, 60_000);
});
