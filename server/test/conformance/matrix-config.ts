/** Every adapter before the mock of its wire, and what the clients' suites may expect of each. */
import { ACCESS_KEY_ID } from '../rigs/mock-wires/bedrock.ts';
import { WIRE_KEY } from '../rigs/mock-wires/wire.ts';

/** What a provider takes beside chats. */
type Carried = 'completion' | 'embedding' | 'moderation';

interface MatrixProvider {
  /** Of the mock, and of the adapter behind it. */
  path: string;
  /** In reeve.yaml, without address and key. */
  entry: string;
  chat: string;
  embed?: string;
  carries: readonly Carried[];
  /** The provider shows its thoughts, and signs them where it wants them back; or the adapter cannot ask it to think. */
  thinks: 'signed' | 'plain' | 'never' | 'refused';
  /** It shows them only to a caller that asks to see them. */
  shy?: true;
  /** The provider has a word for answers that its filter held back. */
  filters: boolean;
  /** The provider itself counts tokens. */
  counts: boolean;
}

const OPENAI: Omit<MatrixProvider, 'path' | 'entry'> = {
  chat: 'gpt-5-mini',
  embed: 'text-embedding-3-small',
  carries: ['completion', 'embedding', 'moderation'],
  thinks: 'never',
  filters: true,
  counts: false,
};

export const MATRIX: Readonly<Record<string, MatrixProvider>> = {
  openai: { ...OPENAI, path: '/openai/v1', entry: 'adapter: openai, responses: true' },
  compatible: { ...OPENAI, path: '/compatible/v1', entry: 'adapter: openai, responses: false', thinks: 'plain' },
  azure: { ...OPENAI, path: '/azure/openai/v1', entry: 'adapter: azure', carries: ['completion', 'embedding'] },
  'azure-dated': {
    ...OPENAI,
    path: '/azure/openai/v1',
    entry: 'adapter: azure, api_version: "2024-10-21"',
    carries: ['completion', 'embedding'],
  },
  aisdk: {
    ...OPENAI,
    path: '/groq/openai/v1',
    entry: 'adapter: aisdk, package: "CLIENTS/@ai-sdk/groq"',
    carries: [],
    thinks: 'refused',
  },
  anthropic: {
    path: '/anthropic/v1',
    entry: 'adapter: anthropic',
    chat: 'claude-sonnet-4-5',
    carries: [],
    thinks: 'signed',
    filters: true,
    counts: true,
  },
  google: {
    path: '/google/v1beta',
    entry: 'adapter: google',
    chat: 'gemini-2.5-flash',
    embed: 'gemini-embedding-001',
    carries: ['embedding'],
    thinks: 'signed',
    shy: true,
    filters: true,
    counts: true,
  },
  mistral: {
    path: '/mistral/v1',
    entry: 'adapter: mistral',
    chat: 'mistral-small-latest',
    embed: 'mistral-embed',
    carries: ['embedding', 'moderation'],
    thinks: 'plain',
    filters: false,
    counts: false,
  },
  cohere: {
    path: '/cohere/v2',
    entry: 'adapter: cohere',
    chat: 'command-a-03-2025',
    embed: 'embed-v4.0',
    carries: ['embedding'],
    thinks: 'plain',
    filters: false,
    counts: false,
  },
  bedrock: {
    path: '/bedrock',
    entry: `adapter: bedrock, aws_region: eu-central-1, access_key_id: ${ACCESS_KEY_ID}`,
    chat: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    embed: 'amazon.titan-embed-text-v2:0',
    carries: ['embedding'],
    thinks: 'signed',
    filters: true,
    counts: true,
  },
};

/** As the suites read it from their environment. */
export const MATRIX_FACTS = JSON.stringify(
  Object.entries(MATRIX).map(([name, { carries, thinks, shy = false, filters, counts }]) => {
    return { name, carries, thinks, shy, filters, counts };
  }),
);

/**
 * A `reeve.yaml` with one alias for each provider, and under `NAME-embed`, `-limited`, `-overloaded`, `-refused` and
 * `-filtered` what its suites ask for. Each fault has a provider of its own, since each has its own breaker. Packages of
 * the AI SDK are those of `clients`, a folder with `node_modules`.
 */
export function matrixConfig(origin: string, clients: string): string {
  const providers: string[] = [];
  const models: string[] = [];
  for (const [name, { path, entry: told, chat, embed = chat }] of Object.entries(MATRIX)) {
    const entry = told.replace('CLIENTS', `${clients}/node_modules`);
    const place = `base_url: "${origin}${path}"`;
    const field = entry.includes('bedrock') ? 'secret_access_key' : 'api_key';
    const add = (provider: string, key = WIRE_KEY): void => {
      providers.push(`  ${provider}: { ${entry}, ${place}, ${field}: ${key} }`);
    };
    add(name);
    models.push(`  ${name}: ["${name}/${chat}"]`, `  ${name}-embed: ["${name}/${embed}"]`);
    models.push(`  ${name}-filtered: ["${name}/${chat}--filtered"]`);
    for (const fault of ['limited', 'overloaded']) {
      add(`${name}-${fault}`);
      models.push(`  ${name}-${fault}: ["${name}-${fault}/${chat}--${fault}"]`);
    }
    add(`${name}-refused`, 'wrong-key-0123456789');
    models.push(`  ${name}-refused: ["${name}-refused/${chat}"]`);
  }
  models.push('  reranker: [cohere/rerank-v3.5]');
  return ['providers:', ...providers, 'models:', ...models].join('\n');
}
