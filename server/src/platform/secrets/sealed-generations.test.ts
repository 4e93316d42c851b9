import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readNewest, writeGeneration } from './sealed-generations.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-generations-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (number: number, text: string): Promise<boolean> =>
  writeGeneration(folder, { number, bytes: Buffer.from(text) }, `${number}-${text}`);

it('tells a writer who stood still that others were faster, also where their first files are pruned', async () => {
  for (let number = 1; number <= 6; number += 1) expect(await write(number, 'theirs')).toBe(true);
  for (let number = 1; number <= 6; number += 1) expect(await write(number, 'late')).toBe(false);
  expect(await readNewest(folder)).toEqual({ number: 6, bytes: Buffer.from('theirs') });
  expect(await write(7, 'next')).toBe(true);
});
