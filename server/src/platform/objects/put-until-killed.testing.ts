/** Stores objects and says key and hash of each once it is stored, until somebody kills it. Argument: the folder. */
import { writeSync } from 'node:fs';
import { asTenantId, must } from '#kernel';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import { openFolderObjects } from './folder-objects.ts';
import { tenantKey } from './port.ts';

const folder = must(process.argv[2], 'the folder is given');
const scope = { tenantId: asTenantId('default') };
const random = createSystemRandom();
const objects = await openFolderObjects({ folder, clock: systemClock, random });
for (let count = 0; ; count += 1) {
  const bytes = Buffer.alloc(1 + ((count * 7919) % 200_000));
  random.fill(bytes);
  const key = tenantKey(scope, `process-${process.pid}`, `object-${count}`);
  const verdict = await objects.put(scope, key, bytes);
  if (verdict.type === 'stored') writeSync(1, `${key} ${verdict.sha256 ?? ''}\n`);
}
