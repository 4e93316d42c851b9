/**
 * Makes the shipped model catalogue from a file of facts in the field's common form: one JSON object of model → facts,
 * prices in USD per token (`input_cost_per_token`, `max_input_tokens`, `supports_vision`, …), as the
 * `model_prices_and_context_window.json` files that several gateways publish have it.
 *
 *   npm run catalogue -- <facts.json> <YYYY-MM-DD>
 *
 * The date names the catalogue's version; models that are withdrawn by then are left out.
 */
import { readFile, writeFile } from 'node:fs/promises';

type Facts = Readonly<Record<string, unknown>>;

const TARGET = new URL('../src/gates/accounting/model-catalogue.json', import.meta.url);

/** The source's provider → ours, and how its keys become model ids; `null` leaves a key out. */
const PROVIDERS: Readonly<Record<string, { name: string; toModelId(key: string): string | null }>> = {
  openai: { name: 'openai', toModelId: (key) => (/^ft:|\//.test(key) ? null : key) },
  anthropic: { name: 'anthropic', toModelId: (key) => key },
  gemini: { name: 'google', toModelId: withoutPrefix('gemini/') },
  mistral: { name: 'mistral', toModelId: withoutPrefix('mistral/') },
  cohere: { name: 'cohere', toModelId: (key) => key.replace(/^cohere\//, '') },
  cohere_chat: { name: 'cohere', toModelId: (key) => key.replace(/^cohere\//, '') },
  bedrock: { name: 'bedrock', toModelId: (key) => (key.includes('/') ? null : key) },
  bedrock_converse: { name: 'bedrock', toModelId: (key) => (key.includes('/') ? null : key) },
  azure: { name: 'azure', toModelId: (key) => /^azure\/([^/]+)$/.exec(key)?.[1] ?? null },
  groq: { name: 'groq', toModelId: withoutPrefix('groq/') },
  together_ai: { name: 'together', toModelId: withoutPrefix('together_ai/') },
  deepseek: { name: 'deepseek', toModelId: withoutPrefix('deepseek/') },
  openrouter: { name: 'openrouter', toModelId: withoutPrefix('openrouter/') },
  xai: { name: 'xai', toModelId: withoutPrefix('xai/') },
  fireworks_ai: { name: 'fireworks', toModelId: withoutPrefix('fireworks_ai/') },
  perplexity: { name: 'perplexity', toModelId: withoutPrefix('perplexity/') },
};

const MODES: ReadonlySet<unknown> = new Set(['chat', 'completion', 'responses', 'embedding', 'rerank', 'moderation']);

const TAKES: readonly (readonly [string, string])[] = [
  ['images', 'supports_vision'],
  ['audio', 'supports_audio_input'],
  ['files', 'supports_pdf_input'],
  ['tools', 'supports_function_calling'],
  ['json_schema', 'supports_response_schema'],
  ['reasoning', 'supports_reasoning'],
];

async function main([path, today]: string[]): Promise<void> {
  if (path === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(today ?? '')) {
    process.stderr.write('Usage: npm run catalogue -- <facts.json> <YYYY-MM-DD>\n');
    process.exitCode = 2;
    return;
  }
  const source = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, Facts>>;
  const models = new Map<string, object>([['templates/hello', { input: 0, output: 0, max_output_tokens: 512 }]]);
  for (const [key, facts] of Object.entries(source)) {
    const name = toName(key, facts, today ?? '');
    if (name !== null && !models.has(name)) models.set(name, toEntry(facts));
  }
  const lines = [...models]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`);
  const note =
    'List prices in USD per million tokens (searches: per thousand) as the providers published them; what a contract says goes into reeve.yaml under prices.';
  const head = `{\n  "version": "reeve-${today}",\n  "note": ${JSON.stringify(note)},\n  "models": {\n`;
  await writeFile(TARGET, `${head}${lines.join(',\n')}\n  }\n}\n`);
  process.stdout.write(`${models.size} models\n`);
}

function toName(key: string, facts: Facts, today: string): string | null {
  const provider = PROVIDERS[String(facts.litellm_provider)];
  const modelId = provider?.toModelId(key) ?? null;
  const isPriced = typeof facts.input_cost_per_token === 'number' || typeof facts.input_cost_per_query === 'number';
  const isWithdrawn = typeof facts.deprecation_date === 'string' && facts.deprecation_date < today;
  if (provider === undefined || modelId === null || !MODES.has(facts.mode) || !isPriced || isWithdrawn) return null;
  return `${provider.name}/${modelId}`;
}

function toEntry(facts: Facts): object {
  const chat = facts.mode === 'chat' || facts.mode === 'responses';
  return withoutAbsent({
    ...toPrices(facts, ''),
    cache_write_1h: perMillion(facts.cache_creation_input_token_cost_above_1hr),
    audio_input: perMillion(facts.input_cost_per_audio_token),
    audio_output: perMillion(facts.output_cost_per_audio_token),
    search: per(facts.input_cost_per_query, 1e3),
    long_context: toLongContext(facts),
    context_tokens: whole(facts.max_input_tokens),
    max_output_tokens: chat || facts.mode === 'completion' ? whole(facts.max_output_tokens) : 0,
    dimensions: whole(facts.output_vector_size),
    kind: chat ? undefined : facts.mode,
    takes: chat ? TAKES.flatMap(([name, field]) => (facts[field] === true ? [name] : [])) : undefined,
  });
}

function toPrices(facts: Facts, suffix: string) {
  return {
    input: perMillion(facts[`input_cost_per_token${suffix}`]) ?? (suffix === '' ? 0 : undefined),
    output: perMillion(facts[`output_cost_per_token${suffix}`]) ?? (suffix === '' ? 0 : undefined),
    cached_input: perMillion(facts[`cache_read_input_token_cost${suffix}`]),
    cache_write: perMillion(facts[`cache_creation_input_token_cost${suffix}`]),
  };
}

/** The first tier of higher prices for long inputs: `…_above_200k_tokens`. */
function toLongContext(facts: Facts): object | undefined {
  const tiers = Object.keys(facts).flatMap(
    (field) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(field)?.[1] ?? [],
  );
  const [first] = tiers.map(Number).toSorted((a, b) => a - b);
  if (first === undefined) return undefined;
  return withoutAbsent({ above_tokens: first * 1000, ...toPrices(facts, `_above_${first}k_tokens`) });
}

function perMillion(value: unknown): number | undefined {
  return per(value, 1e6);
}

/** Rounded to a millionth of a dollar, so that no binary dust stands in the file. */
function per(value: unknown, units: number): number | undefined {
  return typeof value === 'number' ? Math.round(value * units * 1e6) / 1e6 : undefined;
}

function whole(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function withoutAbsent(fields: Facts): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withoutPrefix(prefix: string) {
  return (key: string): string | null => (key.startsWith(prefix) ? key.slice(prefix.length) : null);
}

await main(process.argv.slice(2));
