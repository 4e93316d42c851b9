/** What stands in this page's URL: which members are listed, and the one who is open. */
import { dropAbsent, readChoice, readText, type RawSearch } from '#app';

export interface MembersSearch {
  /** The member whose panel is open. */
  member?: string;
  /** Absent: all. */
  status?: 'invited' | 'active' | 'suspended';
  /** Part of a name or an e-mail. */
  find?: string;
}

export function parseMembersSearch(search: RawSearch): MembersSearch {
  return dropAbsent({
    member: readText(search['member']),
    status: readChoice(search['status'], ['invited', 'active', 'suspended']),
    find: readText(search['find']),
  });
}
