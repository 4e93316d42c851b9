/** Keys of objects: a small alphabet, so that they are the same on a disk, in a URL and in a signature. */
import { assert, type TenantId } from '#kernel';

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]{0,199}';
const KEY = new RegExp(`^${SEGMENT}(?:/${SEGMENT})+$`);
const PREFIX = new RegExp(`^(?:${SEGMENT}/)*(?:${SEGMENT})?$`);
const KEY_LENGTH_MAX = 900;

/** `tenant/<id>/<segments…>`. Segments begin with a letter or digit and hold letters, digits and `. _ -`. */
export function tenantKey(scope: { tenantId: TenantId }, ...segments: string[]): string {
  const key = `${ownPrefix(scope)}${segments.join('/')}`;
  assertOwnKey(scope, key);
  return key;
}

export function assertOwnKey(scope: { tenantId: TenantId }, key: string): void {
  assert(key.startsWith(ownPrefix(scope)), `the key "${key}" is one of the tenant ${scope.tenantId}`);
  assert(isKey(key), `"${key}" can be a key`);
}

export function assertOwnPrefix(scope: { tenantId: TenantId }, prefix: string): void {
  assert(prefix.startsWith(ownPrefix(scope)), `the prefix "${prefix}" is one of the tenant ${scope.tenantId}`);
  assert(prefix.length <= KEY_LENGTH_MAX && PREFIX.test(prefix), `"${prefix}" can begin a key`);
}

export function isKey(key: string): boolean {
  return key.length <= KEY_LENGTH_MAX && KEY.test(key);
}

function ownPrefix({ tenantId }: { tenantId: TenantId }): string {
  return `tenant/${tenantId}/`;
}

const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAGS_MAX = 10;

/** What S3 takes, on every engine. */
export function assertTags(tags: Readonly<Record<string, string>>): void {
  const rows = Object.entries(tags);
  const fits = rows.every(
    ([name, value]) => name !== '' && name.length <= 128 && value.length <= 256 && TAG.test(name + value),
  );
  assert(rows.length <= TAGS_MAX && fits, 'at most ten tags, of letters, digits, spaces and + - = . _ : / @');
}
