// What Vitest's JSON reports say, a later one about the files it holds:
//   node .ci/count-tests.mjs REPORT…           prints "PASSED FAILED", and on stderr what failed and how, a few lines each;
//                                              a file that failed to load has no test of its own and counts as one
//   node .ci/count-tests.mjs --again REPORT    prints the files worth a second look
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** A failure there may be a rare loss: it counts, however often the same test passes afterwards. */
const NEVER_AGAIN = /^server\/test\/(crash|isolation)\//;
const AGAIN_MAX = 5;

const again = process.argv[2] === '--again';
const reports = process.argv.slice(again ? 3 : 2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
const files = new Map();
for (const report of reports) for (const file of report.testResults) files.set(relative('.', file.name), file);

const withStatus = (status) =>
  [...files].flatMap(([name, file]) =>
    file.assertionResults.filter((test) => test.status === status).map((test) => ({ name, test })),
  );
const failed = withStatus('failed');
const broken = [...files].filter(
  ([, file]) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);

function showFailure(name, message = 'no message') {
  const lines = message.split('\n').filter((line) => line.trim() !== '' && !line.includes('node_modules'));
  const shown = lines.slice(0, 6).map((line) => `     ${line.slice(0, 200)}\n`);
  process.stderr.write(`FAIL ${name}\n${shown.join('')}`);
}

if (again) {
  const names = [...new Set([...failed, ...broken.map(([name]) => ({ name }))].map(({ name }) => name))];
  const worth = names.length <= AGAIN_MAX && !names.some((name) => NEVER_AGAIN.test(name));
  process.stdout.write(worth ? names.join('\n') : '');
} else {
  const count = failed.length + broken.length + (files.size === 0 ? 1 : 0);
  process.stdout.write(`${withStatus('passed').length} ${count}\n`);
  for (const [name, file] of broken) showFailure(name, file.message);
  for (const { name, test } of failed) showFailure(`${name} > ${test.fullName}`, test.failureMessages?.[0]);
}
