/** A conversation is a tree: an edited question and another answer are branches. One way through it is shown at a time. */
import type { Entry } from './conversation.ts';

/** From the first entry down to this one. */
export function readPath(entries: readonly Entry[], leafId: string | null): Entry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const path: Entry[] = [];
  for (let entry = byId.get(leafId ?? ''); entry !== undefined; entry = byId.get(entry.parent_id ?? '')) {
    path.push(entry);
  }
  return path.toReversed();
}

/** The newest entry below this one, or it itself; without one the newest of all. */
export function findLeaf(entries: readonly Entry[], below: string | undefined): string | null {
  const start = entries.find(({ id }) => id === below);
  if (start === undefined) return entries.at(-1)?.id ?? null;
  const inside = new Set([start.id]);
  let leaf = start.id;
  for (const { id, parent_id: parent } of entries) {
    if (parent === null || !inside.has(parent)) continue;
    inside.add(id);
    leaf = id;
  }
  return leaf;
}

/** The entries that stand in the same place, itself among them. */
export function findSiblings(entries: readonly Entry[], { parent_id, role }: Entry): Entry[] {
  return entries.filter((other) => other.parent_id === parent_id && other.role === role);
}

/** What two models said to one question: the answer of the way that is shown, and the newest of another model. */
export function findPair(entries: readonly Entry[], shown: Entry): readonly Entry[] {
  const other = findSiblings(entries, shown).findLast(({ model }) => model !== shown.model);
  if (other === undefined) return [shown];
  return [shown, other].toSorted((a, b) => (a.model ?? '').localeCompare(b.model ?? ''));
}

/** What is read of an entry: files and pictures are left out. */
export function textOf({ parts }: Pick<Entry, 'parts'>): string {
  return parts.flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : [])).join('\n\n');
}

export function reasoningOf({ parts }: Pick<Entry, 'parts'>): string {
  return parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('\n\n');
}
