/** `items` in order, `size` at a time; the last portion may be smaller. `size` is at least 1. */
export function* inPortions<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
