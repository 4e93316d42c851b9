/**
 * How long each page of the console takes until its largest part is painted (LCP), in a browser with an empty cache, and how
 * much script it loads for that. Usage: node bench/console/load.ts [rounds]
 */
import { CONSOLE_PAGES, settle, startConsole } from '../../server/test/rigs/console.ts';

const rounds = Number(process.argv[2] ?? 5);
const LCP = `new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
  .observe({ type: 'largest-contentful-paint', buffered: true }))`;
const SCRIPT = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

const rig = await startConsole();
console.log('| page | LCP ms, median | worst | script kB |');
console.log('|---|--:|--:|--:|');
for (const path of CONSOLE_PAGES) {
  const took: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    const page = await rig.open(path);
    await settle(page);
    took.push(await page.evaluate<number>(LCP));
    bytes = await page.evaluate<number>(SCRIPT);
    await page.context().close();
  }
  took.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [took[Math.floor(took.length / 2)], took.at(-1)];
  console.log(`| ${path} | ${Math.round(median)} | ${Math.round(worst)} | ${Math.round(bytes / 1_000)} |`);
}
await rig.close();
