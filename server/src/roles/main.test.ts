import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { START_FLAGS } from '../../test/rigs/reeve.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../../package.json', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../.prepared/compiled', import.meta.url));

it('keeps what a start compiled for the next one', async () => {
  rmSync(COMPILED, { recursive: true, force: true, maxRetries: 5 });
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  const kept = readdirSync(COMPILED, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(kept.length).toBeGreaterThan(100);
});

it('starts with the same flags of Node however it is called', () => {
  expect(START_FLAGS).not.toEqual([]);
  const command = `node ${START_FLAGS.join(' ')} `;
  const { scripts }: { scripts: Record<'start' | 'dev' | 'reeve', string> } = JSON.parse(
    readFileSync(MANIFEST, 'utf8'),
  );
  for (const script of [scripts.start, scripts.dev, scripts.reeve]) expect(script).toContain(command);
  expect(`${readFileSync(MAIN, 'utf8').split('\n', 1)[0]} `).toBe(`#!/usr/bin/env -S ${command}`);
});
