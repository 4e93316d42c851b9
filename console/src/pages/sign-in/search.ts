/** What stands in this page's URL: the token of a one-time link, and where to go afterwards. */
import { dropAbsent, readText, type RawSearch } from '#app';

export interface SignInSearch {
  token?: string;
  /** A path of this console; whatever else stands there is not followed. */
  next?: string;
}

export function parseSignInSearch(search: RawSearch): SignInSearch {
  const next = readText(search['next']);
  const isOwn = next !== undefined && /^\/(?![/\\])/.test(next);
  return dropAbsent({ token: readText(search['token']), next: isOwn ? next : undefined });
}
