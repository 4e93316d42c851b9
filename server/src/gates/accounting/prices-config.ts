import Type, { type Static } from 'typebox';
import { createChecker, placeFaults, type Fault } from '#kernel';

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

const sectionChecker = createChecker(Type.Record(Type.String(), Type.Unknown()));
const entryChecker = createChecker(PriceEntrySchema);

/** Reads the `prices` section. Lists every fault with its path in the file; an entry with a fault is left out. */
export function parsePrices(section: unknown): { prices: ReadonlyMap<string, PriceEntry>; faults: Fault[] } {
  const prices = new Map<string, PriceEntry>();
  const faults = placeFaults('prices', sectionChecker.faults(section ?? {}));
  if (faults.length > 0) return { prices, faults };
  for (const [name, raw] of Object.entries(sectionChecker.parse(section ?? {}))) {
    const path = `prices.${name}`;
    const found = placeFaults(path, entryChecker.faults(raw));
    if (!name.includes('/')) found.push({ path, message: 'is not of the form provider/model' });
    if (found.length === 0) prices.set(name, entryChecker.parse(raw));
    faults.push(...found);
  }
  return { prices, faults };
}
