import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  /** Number and name, as in `0004_receipt`. */
  name: string;
  up: string;
  down: string;
  /** Lower-case hex SHA-256 of `up`. */
  checksum: string;
}

const migrationsFolder: string = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** Every step in order. Each has both directions, and numbers leave no gap. */
export function readMigrations(folder: string = migrationsFolder): Migration[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.up.sql'))
    .map((file) => file.slice(0, -'.up.sql'.length))
    .toSorted();
  return names.map((name, index) => {
    if (Number.parseInt(name, 10) !== index + 1) throw new Error(`migration ${name} should have number ${index + 1}`);
    const up = readFileSync(join(folder, `${name}.up.sql`), 'utf8');
    const down = readFileSync(join(folder, `${name}.down.sql`), 'utf8');
    return { name, up, down, checksum: createHash('sha256').update(up).digest('hex') };
  });
}
