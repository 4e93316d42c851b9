// Prints "PASSED FAILED" of a Vitest JSON report. A file that failed to load has no test of its own and counts as one.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const failed = report.numFailedTests + broken.length + (report.numTotalTests === 0 ? 1 : 0);
process.stdout.write(`${report.numPassedTests} ${failed}\n`);
