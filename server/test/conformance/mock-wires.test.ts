/** The mocks of the providers' wires, held against the providers' own clients. */
import { afterAll, beforeAll, describe } from 'vitest';
import { ACCESS_KEY_ID } from '../rigs/mock-wires/bedrock.ts';
import { startMockWires, type MockWires } from '../rigs/mock-wires/start-mock-wires.ts';
import { WIRE_KEY } from '../rigs/mock-wires/wire.ts';
import { prepareNodeSuite, WIRE_CASES } from '../sdk/cases.ts';
import { checkCases, runSuite, SUITE_LIMIT_MS, type CaseResult } from './sdk-suites.ts';

let mocks: MockWires;
let results: readonly CaseResult[] = [];

beforeAll(async () => {
  mocks = await startMockWires();
  const suite = await prepareNodeSuite('wire-clients.mjs');
  results = await runSuite(suite, { MOCKS_URL: mocks.origin, WIRE_KEY, ACCESS_KEY_ID });
}, SUITE_LIMIT_MS);

afterAll(async () => mocks?.stop());

describe("the providers' own clients", () => {
  checkCases(WIRE_CASES, () => results);
});
