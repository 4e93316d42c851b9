/** `npm run sdks`: puts the official clients into the cache folder, so that later runs need no network. */
import { prepareNodeSuite, preparePythonSuite } from './cases.ts';

const suites = await Promise.all([prepareNodeSuite(), preparePythonSuite()]);
for (const suite of suites) process.stdout.write(`${suite.command} ${suite.args.join(' ')}\n`);
