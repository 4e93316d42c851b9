/** LangChain, the AI SDK, LiteLLM and the requests that Open WebUI makes, each before every adapter. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMockWires, type MockWires } from '../rigs/mock-wires/start-mock-wires.ts';
import { TEXT } from '../rigs/mock-wires/wire.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { installClients, litellmCases, otherCases, prepareNodeSuite, preparePythonSuite } from '../sdk/cases.ts';
import { askAsOpenWebUi } from './open-webui.ts';
import { MATRIX, MATRIX_FACTS, matrixConfig } from './matrix-config.ts';
import { checkCases, runSuite, SUITE_LIMIT_MS, type CaseResult } from './sdk-suites.ts';

const PROVIDERS = Object.keys(MATRIX);
const SUITES = [
  { client: 'for Node', cases: otherCases(PROVIDERS), prepare: () => prepareNodeSuite('other-clients.mjs') },
  { client: 'for Python', cases: litellmCases(PROVIDERS), prepare: () => preparePythonSuite('litellm_suite.py') },
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

describe.each(SUITES)('clients $client', ({ cases, prepare }) => {
  let results: readonly CaseResult[] = [];
  beforeAll(async () => {
    const env = { REEVE_URL: reeve.baseUrl, REEVE_KEY: reeve.key, PROVIDERS: MATRIX_FACTS };
    results = await runSuite(await prepare(), env);
  }, SUITE_LIMIT_MS);
  checkCases(cases, () => results);
});

describe('Open WebUI', () => {
  test.each(PROVIDERS)('lists models, chats and titles the chat before %s', async (model) => {
    const { models, text, finishReasons, usage, title } = await askAsOpenWebUi(reeve, model);
    expect(models).toContain(model);
    expect(text).toBe(TEXT);
    expect(finishReasons).toEqual(['stop']);
    expect(usage).toMatchObject({ total_tokens: 20 });
    expect(title).toBe(text);
  });

  test.each(PROVIDERS)('is told in words what went wrong before %s', async (model) => {
    const asked = askAsOpenWebUi(reeve, `${model}-limited`);
    await expect(asked).rejects.toThrow(/^429 .*The mock is limited/);
  });
});
