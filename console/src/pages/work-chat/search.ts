/** What stands in this page's URL. */
import { dropAbsent, readText, type RawSearch } from '#app';

export type ChatSearch = ReturnType<typeof parseChatSearch>;

export function parseChatSearch(search: RawSearch) {
  return dropAbsent({
    /** The open conversation; without it a new one begins. */
    id: readText(search.id),
    /** The entry whose branch is shown; without it the one that came last. */
    at: readText(search.at),
    /** What the list is searched for. */
    q: readText(search.q),
    model: readText(search.model),
    /** A second model that is asked the same. */
    beside: readText(search.beside),
    /** The receipt whose panel is open. */
    receipt: readText(search.receipt),
  });
}
