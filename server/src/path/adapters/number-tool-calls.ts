/** Tells to which tool call of an answer a piece belongs. */
export type NumberToolCall = (index: number, id: string | null) => number;

/**
 * Numbers the tool calls of one answer in the order in which they begin, whatever the provider's own `index` says: some
 * count from a block of text on, and some leave it at 0 for each, so that only the `id` tells two calls apart.
 */
export function createToolCallNumbering(): NumberToolCall {
  const calls: { index: number; id: string | null }[] = [];
  return (index, id) => {
    const at = calls.findLastIndex((call) => call.index === index);
    const known = calls[at];
    if (known !== undefined && (id === null || known.id === null || known.id === id)) {
      known.id ??= id;
      return at;
    }
    return calls.push({ index, id }) - 1;
  };
}
