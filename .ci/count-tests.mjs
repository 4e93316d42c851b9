// Prints "PASSED FAILED" of a Vitest JSON report, and on stderr what failed and how, a few lines each. A file that failed
// to load has no test of its own and counts as one.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const failed = report.numFailedTests + broken.length + (report.numTotalTests === 0 ? 1 : 0);
process.stdout.write(`${report.numPassedTests} ${failed}\n`);

const showFailure = (name, message) => {
  const lines = (message ?? 'no message')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('node_modules'));
  process.stderr.write(
    `FAIL ${name}\n${lines
      .slice(0, 6)
      .map((line) => `     ${line.slice(0, 200)}\n`)
      .join('')}`,
  );
};
for (const file of broken) showFailure(file.name, file.message);
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === 'failed') showFailure(`${file.name} > ${test.fullName}`, test.failureMessages?.[0]);
  }
}
