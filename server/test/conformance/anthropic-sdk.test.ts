import { ANTHROPIC_NODE_CASES, ANTHROPIC_PYTHON_CASES, prepareNodeSuite, preparePythonSuite } from '../sdk/cases.ts';
import { describeSuites } from './sdk-suites.ts';

const suites = [
  {
    client: 'anthropic for Node',
    cases: ANTHROPIC_NODE_CASES,
    prepare: () => prepareNodeSuite('anthropic-suite.mjs'),
  },
  {
    client: 'anthropic for Python',
    cases: ANTHROPIC_PYTHON_CASES,
    prepare: () => preparePythonSuite('anthropic_suite.py'),
  },
];

describeSuites(suites, 'the embedded database', async () => undefined);
