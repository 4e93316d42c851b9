import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const folders = (process.env['PATH'] ?? '').split(':');
const isInstalled = (program: string, more: readonly string[] = []): boolean =>
  [...folders, ...more].some((folder) => existsSync(join(folder, program)));

/** What suites need of the machine. They are left out, in plain words, where it is missing; in CI that is a failure instead. */
const NEEDS = [
  {
    name: 'PostgreSQL',
    suites: 'server/**/*.pg.test.ts',
    has: isInstalled('initdb', globSync('/usr/lib/postgresql/*/bin')),
  },
  {
    name: 'Chromium',
    suites: 'server/test/console/*.test.ts',
    has: isInstalled('chromium') || isInstalled('chromium-headless-shell') || 'CHROMIUM' in process.env,
  },
];

function suitesLeftOut(): string[] {
  const missing = process.env['CI'] === 'true' ? [] : NEEDS.filter(({ has }) => !has);
  for (const { name, suites } of missing) {
    const files = globSync(suites, { exclude: ['**/node_modules/**'] });
    process.stderr.write(`${name} is not installed, so ${files.length} files (${suites}) are left out.\n`);
  }
  return missing.map(({ suites }) => suites);
}

export default defineConfig({
  test: {
    include: ['contracts/src/**/*.test.ts', 'server/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...suitesLeftOut()],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
