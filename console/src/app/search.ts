/**
 * What a page shows stands in its URL, as plain `name=value`, lists as a name that comes again: links that people can read
 * and change. A page's `search.ts` reads its own out of whatever stands there; what it does not know is left out.
 */
export type RawSearch = Record<string, unknown>;

export function parseSearch(text: string): RawSearch {
  const search: RawSearch = {};
  const given = new URLSearchParams(text);
  for (const name of new Set(given.keys())) {
    const values = given.getAll(name);
    search[name] = values.length === 1 ? values[0] : values;
  }
  return search;
}

export function stringifySearch(search: RawSearch): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '' && one !== false) out.append(name, String(one));
    }
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}

export function readText(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number' || typeof one === 'bigint') return String(one);
  return typeof one === 'string' && one !== '' ? one : undefined;
}

/** A list; `undefined` where it is empty, so that the URL stays short. */
export function readList(value: unknown): string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]).map(readText).filter((text) => text !== undefined);
  return list.length === 0 ? undefined : list;
}

export function readChoice<const Value extends string>(value: unknown, choices: readonly Value[]): Value | undefined {
  const text = readText(value);
  return choices.find((choice) => choice === text);
}

export function readInteger(value: unknown): number | undefined {
  const number = Number(readText(value) ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}

export function readFlag(value: unknown): true | undefined {
  return readText(value) === 'true' || value === true ? true : undefined;
}

/** `Type` with what is `undefined` left out: the way search parameters are typed. */
export function dropAbsent<Type extends object>(
  search: Type,
): { [Name in keyof Type]?: Exclude<Type[Name], undefined> } {
  const present = Object.entries(search).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [Name in keyof Type]?: Exclude<Type[Name], undefined> };
}
