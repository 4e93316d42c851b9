import { execFile } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const COMPILED = fileURLToPath(new URL('../../.prepared/compiled', import.meta.url));

it('keeps what a start compiled for the next one', async () => {
  rmSync(COMPILED, { recursive: true, force: true, maxRetries: 5 });
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  const kept = readdirSync(COMPILED, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(kept.length).toBeGreaterThan(100);
});
