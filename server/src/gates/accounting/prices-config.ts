import Type, { type Static } from 'typebox';
import { createChecker, type Fault } from '#kernel';

const Usd = Type.Number({ minimum: 0, maximum: 1_000_000 });
const Tokens = Type.Integer({ minimum: 0 });

const RATES = {
  input: Usd,
  output: Usd,
  cached_input: Type.Optional(Usd),
  cache_write: Type.Optional(Usd),
};

/** What models may take beside text; a listed model is not asked for what stands not in its list. */
const MODEL_TAKES = ['images', 'audio', 'files', 'tools', 'json_schema', 'reasoning'] as const;

/** One entry under `prices` in reeve.yaml (and of the shipped catalogue): USD per million tokens, and facts of the model. */
export const PriceEntrySchema = Type.Object(
  {
    ...RATES,
    cache_write_1h: Type.Optional(Usd),
    audio_input: Type.Optional(Usd),
    audio_output: Type.Optional(Usd),
    /** USD per thousand searches. */
    search: Type.Optional(Usd),
    /** Rates of a whole call whose input is longer than this. */
    long_context: Type.Optional(Type.Object({ above_tokens: Tokens, ...RATES }, { additionalProperties: false })),
    context_tokens: Type.Optional(Tokens),
    max_output_tokens: Type.Optional(Tokens),
    dimensions: Type.Optional(Tokens),
    kind: Type.Optional(Type.Enum(['chat', 'completion', 'embedding', 'rerank', 'moderation'])),
    takes: Type.Optional(Type.Array(Type.Enum([...MODEL_TAKES]))),
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
