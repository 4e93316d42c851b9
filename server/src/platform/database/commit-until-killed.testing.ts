/** Run as a process of its own by the crash test: commits without end and prints a line for each acknowledged commit. */
import { writeSync } from 'node:fs';
import { sql } from 'kysely';
import { lockDataFolder } from './data-folder-lock.ts';
import { openPgliteDatabase } from './pglite-database.ts';

const [, , folder = '', round = ''] = process.argv;
const database = await openPgliteDatabase({ lock: lockDataFolder(folder) });
await database.migrate();
for (let index = 0; ; index += 1) {
  const name = `${round}-${index}`;
  await database.asRole('operator', (tx) =>
    sql`insert into tenant (id, name) values (${`ten_${name}`}, ${name})`.execute(tx),
  );
  writeSync(1, `${name}\n`);
}
