/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type LiveSearch = Record<never, never>;

export function parseLiveSearch(_search: RawSearch): LiveSearch {
  return {};
}
