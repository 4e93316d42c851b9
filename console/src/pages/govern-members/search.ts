/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type MembersSearch = Record<never, never>;

export function parseMembersSearch(_search: RawSearch): MembersSearch {
  return {};
}
