import { hash } from 'node:crypto';
import { encodeBase32 } from '#kernel';

/**
 * The id of a tool call on a wire that does not take every id: one that has not the `shape` becomes one of `length` small
 * letters and digits, at most 52, that follows from it alone. So calls and results still find each other, in this request
 * and in the next.
 */
export function fitCallId(id: string, shape: RegExp, length: number): string {
  return shape.test(id) ? id : encodeBase32(hash('sha256', id, 'buffer')).slice(0, length);
}
