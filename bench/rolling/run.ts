/**
 * Rolling restart under load: two gateways on one PostgreSQL behind a TCP balancer, restarted one after the other.
 *
 *   node bench/rolling/run.ts [--rounds 5] [--per-second 200] [--stream-every 5]
 *
 * Ends with 1 when a call failed, a stream did not end, or a call has no receipt.
 */
import { parseArgs } from 'node:util';
import { startPostgres } from '../../server/test/rigs/postgres.ts';
import { measureRollingRestart } from '../../server/test/rigs/rolling-restart.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    'per-second': { type: 'string', default: '200' },
    'stream-every': { type: 'string', default: '5' },
  },
});

const postgres = await startPostgres({ fsync: true });
try {
  const report = await measureRollingRestart({
    databaseUrl: await postgres.url('rolling'),
    rounds: Number(values.rounds),
    perSecond: Number(values['per-second']),
    streamEvery: Number(values['stream-every']),
  });
  const { receipts, failures, ...figures } = report;
  const round = (all: readonly number[]): string => all.map((ms) => ms.toFixed(0)).join(' ');
  process.stdout.write(
    [
      `restarts        ${figures.restarts}, each exit ${[...new Set(figures.exitCodes)].join(' and ')}`,
      `calls           ${figures.sent}, of them streams ${figures.streams}`,
      `failed          ${failures.length}`,
      ...failures.slice(0, 10).map(({ sentMs, why }) => `                at ${sentMs.toFixed(0)} ms: ${why}`),
      `receipts        ${receipts.length}`,
      `longest call    ${figures.longestMs.toFixed(0)} ms`,
      `stop, ms        ${round(figures.stopMs)}`,
      `start, ms       ${round(figures.startMs)}`,
      '',
    ].join('\n'),
  );
  process.exitCode = failures.length === 0 && receipts.length === figures.sent ? 0 : 1;
} finally {
  await postgres.stop();
}
