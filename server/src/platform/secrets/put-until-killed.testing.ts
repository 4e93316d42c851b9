/** Counts up in a secret and says each number once it is kept, until somebody kills it. Argument: the data folder. */
import { writeSync } from 'node:fs';
import { asTenantId, must } from '#kernel';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import { openSealedFileSecrets } from './sealed-file-secrets.ts';

const dataDir = must(process.argv[2], 'the data folder is given');
const scope = { tenantId: asTenantId('default') };
const secrets = await openSealedFileSecrets({
  dataDir,
  masterKey: null,
  clock: systemClock,
  random: createSystemRandom(),
});
let count = Number((await secrets.get(scope, 'counter'))?.value.toString() ?? 0);
for (;;) {
  count += 1;
  await secrets.put(scope, 'counter', Buffer.from(String(count)));
  writeSync(1, `${count}\n`);
}
