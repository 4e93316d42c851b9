/** Runs suites of official clients against a Reeve and checks each case by name. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { SDK_FAULTS, type SuiteCommand } from '../sdk/cases.ts';

export const SUITE_LIMIT_MS = 120_000;

export interface CaseResult {
  case: string;
  error: string | null;
}

/** The suite of one client. */
export interface SdkSuite {
  /** The package and its language. */
  client: string;
  cases: readonly string[];
  prepare(): Promise<SuiteCommand>;
}

/** Declares the suites over one database, each before a Reeve and a mock provider of its own. */
export function describeSuites(
  suites: readonly SdkSuite[],
  name: string,
  databaseUrl: () => Promise<string | undefined>,
): void {
  describe.each(suites)(`$client on ${name}`, ({ cases, prepare }) => {
    let mock: MockProvider;
    let reeve: WholeReeve;
    let results: readonly CaseResult[] = [];

    beforeAll(async () => {
      const [suite, url] = await Promise.all([prepare(), databaseUrl()]);
      mock = await startMockProvider();
      reeve = await startReeve({
        config: mockConfig(mock, SDK_FAULTS),
        ...(url === undefined ? {} : { databaseUrl: url }),
      });
      results = await runSuite(suite, {
        REEVE_URL: reeve.baseUrl,
        REEVE_KEY: reeve.key,
        NARROW_KEY: (await makeKey(reeve, { name: 'narrow', models: ['embed'] })).key,
        MOCK_URL: new URL(mock.baseUrl).origin,
      });
    }, SUITE_LIMIT_MS);

    afterAll(async () => {
      await reeve?.close();
      await mock?.stop();
    });

    checkCases(cases, () => results);
  });
}

/** Declares a test for each case, and that the suite reports exactly these. */
export function checkCases(cases: readonly string[], results: () => readonly CaseResult[]): void {
  test.for([...cases])('%s', (wanted) => {
    const found = results().find((result) => result.case === wanted);
    expect(found, `the suite left out "${wanted}"`).toBeDefined();
    expect(found?.error).toBeNull();
  });

  test('reports no case that is not listed', () => {
    const reported = results().map((result) => result.case);
    expect(reported.filter((found) => !cases.includes(found))).toEqual([]);
  });
}

/** Runs a suite to its end; rejects where it breaks off. */
export function runSuite(suite: SuiteCommand, env: Record<string, string>): Promise<CaseResult[]> {
  return new Promise((resolve, reject) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: SUITE_LIMIT_MS, maxBuffer: 1 << 24 };
    execFile(suite.command, [...suite.args], options, (error, stdout, stderr) => {
      if (error !== null) return reject(new Error(`the suite broke: ${stderr.slice(-1500)}`, { cause: error }));
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      resolve(lines.map((line): CaseResult => JSON.parse(line)));
    });
  });
}
