/** Objects of a folder in the order of their keys, as S3 lists them. */
import { join } from 'node:path';
import { findNewest, list, OBJECT_MARK } from './folder-versions.ts';
import type { ListedObject } from './port.ts';

/** Walks the objects whose keys begin with `prefix` and stand behind `after`. */
export async function* walkObjects(root: string, prefix: string, after: string): AsyncGenerator<ListedObject> {
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for (const entry of toEntries(base, await list(join(root, base)))) {
    if (!entry.startsWith(prefix) || isBefore(entry, after)) continue;
    if (entry.endsWith('/')) {
      yield* walkObjects(root, entry, after);
      continue;
    }
    const { found } = await findNewest(join(root, `${entry}${OBJECT_MARK}`));
    if (found === null || found.note.deleted) continue;
    const { sizeBytes, sha256, modifiedAt } = found.note;
    yield { key: entry, sizeBytes, etag: sha256, modifiedAt };
  }
}

/** Objects as their keys, folders with a slash behind: so sorted, all keys come in order. */
function toEntries(base: string, names: readonly string[]): string[] {
  return names
    .map((name) => (name.endsWith(OBJECT_MARK) ? `${base}${name.slice(0, -1)}` : `${base}${name}/`))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** Whether nothing at or below this entry stands behind `after`. */
function isBefore(entry: string, after: string): boolean {
  return entry <= after && !(entry.endsWith('/') && after.startsWith(entry));
}
