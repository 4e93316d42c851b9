/** Two gateways on one PostgreSQL behind a balancer, restarted one after the other while calls come steadily. */
import { setTimeout as wait } from 'node:timers/promises';
import { listAll, type ReceiptView } from './api.ts';
import { freePort } from './engine-process.ts';
import { mockConfig } from './mock-config.ts';
import { startMockProvider } from './mock-provider.ts';
import { createReeveHome, type ReeveHome } from './reeve.ts';
import { startSteadyLoad, type LoadReport } from './steady-load.ts';
import { startTcpBalancer } from './tcp-balancer.ts';

export interface RollingReport extends LoadReport {
  restarts: number;
  /** From the signal to the exit. */
  stopMs: number[];
  /** From starting to ready. */
  startMs: number[];
  exitCodes: (number | null)[];
  receipts: readonly ReceiptView[];
}

interface RollingOptions {
  databaseUrl: string;
  perSecond: number;
  /** How often both are restarted. */
  rounds: number;
  /** Each so-many-th call is a stream. */
  streamEvery: number;
  /** How a gateway is stopped; a seeded fault kills it. */
  stopWith?: 'stop' | 'kill';
}

const KEY = 'owner-key-of-the-rolling-restart';
const BETWEEN_MS = 1_000;

export async function measureRollingRestart(options: RollingOptions): Promise<RollingReport> {
  const mock = await startMockProvider();
  const homes: ReeveHome[] = [];
  try {
    const ports = [await freePort(), await freePort()];
    for (const port of ports) {
      homes.push(
        await createReeveHome({
          config: mockConfig(mock, ['slow-frames'], { faultTimeoutMs: 60_000 }),
          databaseUrl: options.databaseUrl,
          env: { REEVE_PORT: String(port), REEVE_BOOTSTRAP_KEY: KEY },
        }),
      );
    }
    const gateways = [];
    for (const home of homes) gateways.push({ home, running: await home.start() });
    const balancer = await startTcpBalancer(ports);
    const caller = { baseUrl: `http://127.0.0.1:${balancer.port}`, key: KEY };
    const load = startSteadyLoad({ ...options, caller, model: 'good', streamModel: 'slow-frames' });
    const figures = {
      restarts: 0,
      stopMs: [] as number[],
      startMs: [] as number[],
      exitCodes: [] as (number | null)[],
    };
    for (let turn = 0; turn < options.rounds * gateways.length; turn += 1) {
      await wait(BETWEEN_MS);
      const gateway = gateways[turn % gateways.length];
      if (gateway === undefined) break;
      const fromMs = performance.now();
      const { code } = await gateway.running[options.stopWith ?? 'stop']();
      figures.stopMs.push(performance.now() - fromMs);
      figures.exitCodes.push(code);
      gateway.running = await gateway.home.start();
      figures.startMs.push(gateway.running.startMs);
      figures.restarts += 1;
    }
    await wait(BETWEEN_MS);
    const report = await load.stop();
    const receipts = await listAll<ReceiptView>(caller, '/api/v1/receipts');
    await balancer.stop();
    for (const { running } of gateways) await running.stop();
    return { ...report, ...figures, receipts };
  } finally {
    for (const home of homes) await home.dispose();
    await mock.stop();
  }
}
