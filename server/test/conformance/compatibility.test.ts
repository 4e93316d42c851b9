/**
 * The table of docs/guides/compatibility.md is what this suite saw. After a change that is meant:
 * `REEVE_WRITE_GUIDES=1 npx vitest run server/test/conformance/compatibility.test.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { SURFACES } from './compatibility-fields.ts';
import { judgeSurface, renderTables, startRecorder, type Asked, type Recorder } from './compatibility.ts';

const GUIDE = new URL('../../../docs/guides/compatibility.md', import.meta.url);
const MARKS = ['<!-- tables: begin -->', '<!-- tables: end -->'] as const;

interface Tried {
  path: string;
  /** In reeve.yaml, without the address. */
  entry: string;
  /** Of calls that chat, and of those that embed, where the name decides what is carried. */
  models?: { chat: string; embedding: string };
}

const PROVIDERS: Readonly<Record<string, Tried>> = {
  openai: { path: '/openai/v1', entry: 'adapter: openai, api_key: k, responses: true' },
  compatible: { path: '/compatible/v1', entry: 'adapter: openai, api_key: k' },
  azure: { path: '/azure/openai/v1', entry: 'adapter: azure, api_key: k' },
  anthropic: {
    path: '/anthropic/v1',
    entry: 'adapter: anthropic, api_key: k',
    models: { chat: 'claude-sonnet-4-5', embedding: 'claude-sonnet-4-5' },
  },
  google: { path: '/google/v1beta', entry: 'adapter: google, api_key: k' },
  mistral: { path: '/mistral/v1', entry: 'adapter: mistral, api_key: k' },
  bedrock: {
    path: '/bedrock',
    entry: 'adapter: bedrock, aws_region: eu-central-1, access_key_id: AKIDEXAMPLE, secret_access_key: secret',
    models: { chat: 'anthropic.claude-sonnet-4-5-20250929-v1:0', embedding: 'amazon.titan-embed-text-v2:0' },
  },
  cohere: { path: '/cohere/v2', entry: 'adapter: cohere, api_key: k' },
};

/** Fields that change nothing in the answer may be left out where a provider does not know them; nothing else may. */
const MAY_BE_IGNORED: ReadonlySet<string> = new Set([
  'metadata',
  'store',
  'store: false',
  'service_tier',
  'user',
  'metadata.user_id',
  'encoding_format: base64',
  'return_documents',
  'cache_control with ttl 1h',
  'cache_control on a content part',
  'cache_control on a tool',
  'system blocks with cache_control',
  'tools with cache_control',
  'thinking with signature in history',
  'stream_options.include_usage',
  // Without tools nobody can choose one: providers that know no such choice are asked without the tools.
  'tool_choice: none',
]);

let recorder: Recorder;
let reeve: WholeReeve;
const seen = new Map<string, ReadonlyMap<string, Asked>>();
const keyOf = (surface: string, provider: string): string => `${surface} ${provider}`;

beforeAll(async () => {
  recorder = await startRecorder();
  const entries = Object.entries(PROVIDERS).map(
    ([name, { path, entry }]) => `  ${name}: { ${entry}, base_url: "${recorder.origin}${path}" }`,
  );
  reeve = await startReeve({ config: ['providers:', ...entries].join('\n') });
  for (const fields of SURFACES) {
    for (const [provider, { models }] of Object.entries(PROVIDERS)) {
      const model = models?.[fields.surface.endsWith('/embeddings') ? 'embedding' : 'chat'] ?? 'm';
      const judged = await judgeSurface(reeve, recorder, `${provider}/${model}`, fields);
      seen.set(keyOf(fields.surface, provider), judged);
    }
  }
}, 120_000);

afterAll(async () => {
  await reeve?.close();
  await recorder?.close();
});

const NAMED = /does not take|unsupported|not supported|store|previous_response_id|background|invalid/i;
const each = Object.keys(PROVIDERS).flatMap((provider) => SURFACES.map(({ surface }) => [surface, provider] as const));

describe('field by field', () => {
  it.each(each)('%s before %s drops nothing silently', (surface, provider) => {
    const judged = [...(seen.get(keyOf(surface, provider)) ?? [])];
    const ignored = judged.flatMap(([field, { verdict }]) => (verdict === 'ignored' ? [field] : []));
    expect(judged.length).toBeGreaterThan(0);
    expect(ignored.filter((field) => !MAY_BE_IGNORED.has(field))).toEqual([]);
  });

  it.each(each)('%s before %s refuses by name', (surface, provider) => {
    const judged = [...(seen.get(keyOf(surface, provider)) ?? [])];
    const refused = judged.filter(([, { verdict }]) => verdict === 'refused' || verdict === '—');
    const unclear = refused.filter(([, { status, text }]) => status !== 400 || !NAMED.test(text));
    expect(unclear).toEqual([]);
  });

  it('stands in the guide as it was seen', async () => {
    const tables = renderTables(SURFACES, Object.keys(PROVIDERS), (surface, provider) =>
      seen.get(keyOf(surface, provider)),
    );
    const guide = await readFile(GUIDE, 'utf8');
    const [head = '', rest = ''] = guide.split(MARKS[0]);
    const made = `${head}${MARKS[0]}\n\n${tables}\n\n${MARKS[1]}${rest.split(MARKS[1])[1] ?? ''}`;
    if (process.env['REEVE_WRITE_GUIDES'] !== undefined) await writeFile(GUIDE, made);
    else expect(guide).toBe(made);
  });
});
