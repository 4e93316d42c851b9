/** A whole listing, page by page. */
export interface Listed<Item> {
  items: Item[];
  /** There is more behind them that was not asked for. */
  truncated: boolean;
}

const PAGES_MAX = 10;

/** Asks for at most ten pages. */
export async function listAll<Item>(
  askPage: (after: string | undefined) => Promise<{ data: Item[]; next: string | null }>,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { data, next } = await askPage(after);
    items.push(...data);
    if (next === null) return { items, truncated: false };
    after = next;
  }
  return { items, truncated: true };
}
