/**
 * `reeve move` of many receipts: a data folder is filled through the ledger, moved into a fresh PostgreSQL by the
 * command itself, and the time of each step is told.
 *
 *   node bench/move/run.ts [--receipts 1000000] [--break-off]
 *
 * `--break-off` kills the move half-way, twice, before it may finish. Ends with 1 when the move fails.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { fillChain } from '../../server/test/rigs/fill-chain.ts';
import { startPostgres } from '../../server/test/rigs/postgres.ts';
import { createReeveHome, START_FLAGS } from '../../server/test/rigs/reeve.ts';

const MAIN = new URL('../../server/src/roles/main.ts', import.meta.url).pathname;
const BREAK_OFF_MS = 20_000;

const { values } = parseArgs({
  options: { receipts: { type: 'string', default: '1000000' }, 'break-off': { type: 'boolean', default: false } },
});

interface Line {
  progress?: { step: string; done: number; total: number };
  result?: { seconds: number; receipts: number; resumed: boolean };
}

const postgres = await startPostgres({ fsync: true });
const home = await createReeveHome();
try {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  await (await home.start()).stop();
  const fillingMs = performance.now();
  await fillChain(home.dataDir, Number(values.receipts));
  say(`filled      ${values.receipts} receipts in ${((performance.now() - fillingMs) / 1000).toFixed(0)} s`);
  const url = await postgres.url('moved');
  for (let time = 0; values['break-off'] && time < 2; time += 1) {
    const { done } = await move(url, BREAK_OFF_MS);
    say(`broken off  at ${done} receipts`);
  }
  const { steps, result } = await move(url, null);
  for (const [step, seconds] of steps) if (seconds >= 0.5) say(`${step.padEnd(28)} ${seconds.toFixed(1)} s`);
  if (result === undefined) throw new Error('the move failed');
  say(
    `moved       ${result.receipts} receipts in ${result.seconds} s${result.resumed ? ', as the last part of a move' : ''}`,
  );
} finally {
  await home.dispose();
  await postgres.stop();
}

async function move(url: string, killAfterMs: number | null) {
  const args = [...START_FLAGS, MAIN, 'move', '--to', url, '--data-dir', home.dataDir, '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('close', resolve));
  if (killAfterMs !== null) void wait(killAfterMs).then(() => child.kill('SIGKILL'));
  const steps = new Map<string, number>();
  let [step, sinceMs, done, text] = ['', performance.now(), 0, ''];
  let result: Line['result'];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const lines = `${text}${part}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const { progress, result: told } = JSON.parse(line) as Line;
      result = told ?? result;
      if (progress?.step === 'Copying receipt') done = progress.done;
      if (progress?.step === step) continue;
      const nowMs = performance.now();
      if (step !== '') steps.set(step, (nowMs - sinceMs) / 1000);
      [step, sinceMs] = [progress?.step ?? '', nowMs];
    }
  });
  await exited;
  return { steps, result, done };
}
