/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type ReceiptsSearch = Record<never, never>;

export function parseReceiptsSearch(_search: RawSearch): ReceiptsSearch {
  return {};
}
