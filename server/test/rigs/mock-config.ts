/** A `reeve.yaml` over the mock provider. */
import { MOCK_KEY, type MockProvider } from './mock-provider.ts';

export interface MockConfigOptions {
  durability?: 'acknowledged' | 'relaxed';
  /** Appended as it is. */
  extra?: string;
  /** Further aliases, each with its candidates. */
  aliases?: Readonly<Record<string, readonly string[]>>;
  /** Faults whose prices say that the model takes texts alone. */
  textOnly?: readonly string[];
  /** `timeout_ms` of the providers behind faults. */
  faultTimeoutMs?: number;
}

/** Prices of provider `mock`, in nano-USD per token: 150 in, 600 out. */
export const MOCK_PRICES = { inputNanosPerToken: 150, outputNanosPerToken: 600 };

/**
 * Provider `mock` with alias `good`, and for each fault a provider of its own (each has its own breaker)
 * under an alias of the fault's name.
 */
export function mockConfig(
  mock: MockProvider,
  faults: readonly string[] = [],
  options: MockConfigOptions = {},
): string {
  const timeoutMs = options.faultTimeoutMs ?? 1500;
  const provider = (name: string, timeout: string): string =>
    `  ${name}: { adapter: openai, base_url: "${mock.baseUrl}", api_key: "${MOCK_KEY}"${timeout} }`;
  const price = (route: string, takes = ''): string => `  ${route}: { input: 0.15, output: 0.60${takes} }`;
  const takesOf = (fault: string): string => (options.textOnly?.includes(fault) === true ? ', takes: []' : '');
  return [
    `durability: ${options.durability ?? 'acknowledged'}`,
    'providers:',
    provider('mock', ''),
    ...faults.map((fault) => provider(`f-${fault}`, `, timeout_ms: ${timeoutMs}`)),
    'models:',
    '  good: [mock/good]',
    '  embed: [mock/embed]',
    ...faults.map((fault) => `  ${fault}: [f-${fault}/${fault}]`),
    ...Object.entries(options.aliases ?? {}).map(([alias, names]) => `  ${alias}: [${names.join(', ')}]`),
    'prices:',
    price('mock/good'),
    price('mock/embed'),
    ...faults.map((fault) => price(`f-${fault}/${fault}`, takesOf(fault))),
    options.extra ?? '',
  ].join('\n');
}
