/** Walks a listing of the management API to its end. */
import { createChecker, pageSchema } from '#kernel';
import type { Static, TSchema } from 'typebox';
import type { Ask } from './visit-control.ts';

const PAGE_LIMIT = 500;

/** Every item of the listing at `path` (which may have a query), checked against what the verb relies on. */
export async function listAll<Item extends TSchema>(ask: Ask, path: string, item: Item): Promise<Static<Item>[]> {
  const checker = createChecker(pageSchema(item));
  const items: Static<Item>[] = [];
  let next: string | null = `${path}${path.includes('?') ? '&' : '?'}limit=${PAGE_LIMIT}`;
  while (next !== null) {
    const page: Static<ReturnType<typeof pageSchema<Item>>> = checker.parse(await ask('GET', next));
    items.push(...page.data);
    next = page.links.next;
  }
  return items;
}
