/** What stands in this page's URL. */
import type { RawSearch } from '#app';

export type SettingsSearch = Record<never, never>;

export function parseSettingsSearch(_search: RawSearch): SettingsSearch {
  return {};
}
