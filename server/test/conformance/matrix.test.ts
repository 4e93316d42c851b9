/**
 * The official clients of OpenAI and Anthropic, for Node and Python, before every adapter: each asks a whole Reeve, behind
 * which the mock of that provider's wire stands. `mock-wires.test.ts` holds the mocks against the providers' own clients.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { startMockWires, type MockWires } from '../rigs/mock-wires/start-mock-wires.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import {
  installClients,
  MATRIX_ANTHROPIC_CASES,
  MATRIX_OPENAI_CASES,
  prepareNodeSuite,
  preparePythonSuite,
  type SuiteCommand,
} from '../sdk/cases.ts';
import { MATRIX, MATRIX_FACTS, matrixConfig } from './matrix-config.ts';
import { checkCases, runSuite, SUITE_LIMIT_MS, type CaseResult } from './sdk-suites.ts';

interface MatrixSuite {
  client: string;
  cases: readonly string[];
  prepare(): Promise<SuiteCommand>;
}

const SUITES: readonly MatrixSuite[] = [
  { client: 'openai for Node', cases: MATRIX_OPENAI_CASES, prepare: () => prepareNodeSuite('matrix-openai.mjs') },
  {
    client: 'openai for Python',
    cases: MATRIX_OPENAI_CASES,
    prepare: () => preparePythonSuite('matrix_openai.py'),
  },
  {
    client: 'anthropic for Node',
    cases: MATRIX_ANTHROPIC_CASES,
    prepare: () => prepareNodeSuite('matrix-anthropic.mjs'),
  },
  {
    client: 'anthropic for Python',
    cases: MATRIX_ANTHROPIC_CASES,
    prepare: () => preparePythonSuite('matrix_anthropic.py'),
  },
];

let mocks: MockWires;
let reeve: WholeReeve;

beforeAll(async () => {
  mocks = await startMockWires();
  reeve = await startReeve({ config: matrixConfig(mocks.origin, await installClients()) });
}, SUITE_LIMIT_MS);

afterAll(async () => {
  await reeve?.close();
  await mocks?.stop();
});

describe.each(SUITES)('$client', ({ cases, prepare }) => {
  let results: readonly CaseResult[] = [];
  beforeAll(async () => {
    const env = { REEVE_URL: reeve.baseUrl, REEVE_KEY: reeve.key, PROVIDERS: MATRIX_FACTS };
    results = await runSuite(await prepare(), env);
  }, SUITE_LIMIT_MS);

  describe.each(Object.keys(MATRIX))('before %s', (provider) => {
    const prefix = `${provider}: `;
    checkCases(cases, () =>
      results.flatMap((result) =>
        result.case.startsWith(prefix) ? [{ ...result, case: result.case.slice(prefix.length) }] : [],
      ),
    );
  });
});
