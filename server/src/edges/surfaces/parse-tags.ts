import { AppError } from '#kernel';

const TAGS_MAX = 8;
const TAG = /^([a-z0-9_.-]{1,40})=([a-z0-9_.-]{1,40})$/;

/** `x-reeve-tags: team=risk, case=a-17` as an object. Throws `AppError('invalid_request')` for any other form. */
export function parseTags(header: string | string[] | undefined): Readonly<Record<string, string>> {
  if (header === undefined) return {};
  const pairs = String(header)
    .split(',')
    .flatMap((pair) => pair.trim() || []);
  if (pairs.length > TAGS_MAX) fail(`x-reeve-tags holds ${pairs.length} tags; at most ${TAGS_MAX} are taken.`);
  const tags: [string, string][] = [];
  for (const pair of pairs) {
    const [, name, value] = TAG.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      return fail('x-reeve-tags takes key=value pairs of a-z, 0-9, "_", "." and "-", each side 1 to 40 characters.');
    }
    tags.push([name, value]);
  }
  return Object.fromEntries(tags);
}

function fail(message: string): never {
  throw new AppError('invalid_request', { message, param: 'x-reeve-tags' });
}
