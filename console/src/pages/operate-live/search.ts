/** What stands in this page's URL. */
import { dropAbsent, readChoice, readFlag, readText, type RawSearch } from '#app';

export const SOURCES = ['events', 'workflows', 'webhooks'] as const;
export const STATES = ['open', 'replayed', 'discarded'] as const;

export interface LiveSearch {
  /** The figures stand still. */
  paused?: true;
  /** Dead letters: of one source, in one state; the one that is open. */
  source?: (typeof SOURCES)[number];
  state?: (typeof STATES)[number];
  letter?: string;
}

export function parseLiveSearch(search: RawSearch): LiveSearch {
  return dropAbsent({
    paused: readFlag(search['paused']),
    source: readChoice(search['source'], SOURCES),
    state: readChoice(search['state'], STATES),
    letter: readText(search['letter']),
  });
}
