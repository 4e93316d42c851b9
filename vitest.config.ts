import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Suites of a real PostgreSQL are left out, in plain words, where none is installed. In CI that is a failure instead. */
function suitesLeftOut(): string[] {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...globSync('/usr/lib/postgresql/*/bin')];
  if (process.env['CI'] === 'true' || folders.some((folder) => existsSync(join(folder, 'initdb')))) return [];
  const files = globSync('server/**/*.pg.test.ts', { exclude: ['**/node_modules/**'] });
  process.stderr.write(`PostgreSQL is not installed, so ${files.length} files (*.pg.test.ts) are left out.\n`);
  return ['**/*.pg.test.ts'];
}

export default defineConfig({
  test: {
    include: ['contracts/src/**/*.test.ts', 'server/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...suitesLeftOut()],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
