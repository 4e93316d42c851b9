/** The suites of `openai`, for Node and for Python. */
import { NODE_CASES, prepareNodeSuite, preparePythonSuite, PYTHON_CASES } from '../sdk/cases.ts';
import { describeSuites } from './sdk-suites.ts';

/** Declares both suites over one database. */
export function describeSdkConformance(name: string, databaseUrl: () => Promise<string | undefined>): void {
  const suites = [
    { client: 'openai for Node', cases: NODE_CASES, prepare: () => prepareNodeSuite() },
    { client: 'openai for Python', cases: PYTHON_CASES, prepare: () => preparePythonSuite() },
  ];
  describeSuites(suites, name, databaseUrl);
}
