/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type ChatSearch = Record<never, never>;

export function parseChatSearch(_search: RawSearch): ChatSearch {
  return {};
}
