/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type KeysSearch = Record<never, never>;

export function parseKeysSearch(_search: RawSearch): KeysSearch {
  return {};
}
