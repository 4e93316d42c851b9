/** JSON in which integers beyond what a `number` holds stay exact: money is counted in nanos. */
interface Source {
  source?: string;
}

/** Integers past 2^53 become `bigint`; everything else is as `JSON.parse` makes it. */
export function parseExact(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: Source): unknown => {
    const source = context?.source;
    if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value;
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive);
}
