/** What stands in this page's URL: which keys are listed, and the one that is open. */
import { dropAbsent, readChoice, readText, type RawSearch } from '#app';

export interface KeysSearch {
  /** The key whose panel is open. */
  key?: string;
  /** Absent: those that work. */
  show?: 'left' | 'ended' | 'all';
  /** Part of a name, an id or a prefix. */
  find?: string;
}

export function parseKeysSearch(search: RawSearch): KeysSearch {
  return dropAbsent({
    key: readText(search['key']),
    show: readChoice(search['show'], ['left', 'ended', 'all']),
    find: readText(search['find']),
  });
}
