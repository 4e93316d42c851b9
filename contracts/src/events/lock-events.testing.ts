/**
 * Run by hand (`node contracts/src/events/lock-events.testing.ts`): adds the revisions of event schemas that are new to
 * `event-hashes.json`. What stands there is never changed: a schema that differs from its committed revision is a new one.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from './catalogue.ts';
import { findLockFaults, hashSchema, toSchema, type Lock } from './compatibility.testing.ts';

const path = join(import.meta.dirname, 'event-hashes.json');
const known: Lock = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Lock) : {};
const lock: Record<string, Lock[string]> = { ...known };

for (const [type, definition] of Object.entries(EVENTS)) {
  const revisions = lock[type] ?? {};
  if (revisions[definition.revision] !== undefined) continue;
  const schema = toSchema(definition);
  lock[type] = { ...revisions, [definition.revision]: { sha256: hashSchema(schema), schema } };
  console.log(`locked ${type}, revision ${definition.revision}`);
}
const faults = findLockFaults(EVENTS, lock);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
