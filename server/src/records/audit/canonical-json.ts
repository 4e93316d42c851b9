/**
 * The canonical form of JSON (JCS, RFC 8785): keys in code-unit order, no white space, numbers and strings as
 * ECMAScript writes them. Takes JSON values only; a key whose value is `undefined` is left out.
 */
export function canonicalise(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalise(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalise(member)}`);
  return `{${members.join(',')}}`;
}

/** Whether `JSON.stringify` writes the keys of this flat record in canonical order. */
export function hasOrderedKeys(record: Readonly<Record<string, unknown>>): boolean {
  let previous = '';
  for (const key in record) {
    if (key < previous) return false;
    previous = key;
  }
  return true;
}
