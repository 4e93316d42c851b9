/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type UsageSearch = Record<never, never>;

export function parseUsageSearch(_search: RawSearch): UsageSearch {
  return {};
}
