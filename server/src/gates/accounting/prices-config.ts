import Type, { type Static } from 'typebox';
import { createChecker, type Fault } from '#kernel';

const UsdPerMillion = Type.Number({ minimum: 0, maximum: 1_000_000 });

/** One entry under `prices` in reeve.yaml (and of the shipped catalogue): USD per million tokens. */
export const PriceEntrySchema = Type.Object(
  {
    input: UsdPerMillion,
    output: UsdPerMillion,
    cached_input: Type.Optional(UsdPerMillion),
    max_output_tokens: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);
export type PriceEntry = Static<typeof PriceEntrySchema>;

const checker = createChecker(Type.Record(Type.String(), PriceEntrySchema));

/** Reads the `prices` section; faults carry their path in the file. */
export function parsePrices(section: unknown): { prices: ReadonlyMap<string, PriceEntry>; faults: Fault[] } {
  const faults = checker.faults(section ?? {}).map(({ path, message }) => ({ path: joinPrices(path), message }));
  if (faults.length > 0) return { prices: new Map(), faults };
  const prices = new Map(Object.entries(checker.parse(section ?? {})));
  for (const name of prices.keys()) {
    if (!name.includes('/')) faults.push({ path: `prices.${name}`, message: 'is not of the form provider/model' });
  }
  return { prices, faults };
}

function joinPrices(path: string): string {
  return path === '' ? 'prices' : `prices.${path}`;
}
