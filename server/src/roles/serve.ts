/** `reeve serve`: start, ready, drain, stop. */
import { systemClock } from '../platform/clock/system-clock.ts';
import { compose, type Reeve } from './compose.ts';
import { readConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { trackConnections, type Connections } from './http-connections.ts';
import { listenForCalls, listenForOperator } from './listen.ts';

/** How long running answers get after SIGTERM. */
const DRAIN_MS = 30_000;

/** Serves until SIGTERM or SIGINT, then drains. Resolves once everything is closed. */
export async function serve(environment: Environment, print: (line: string) => void): Promise<void> {
  const stop = whenStopped();
  const config = readConfig(environment);
  const reeve = await compose(environment, config);
  try {
    const { freshKey } = reeve.bootstrap;
    print(reeve.dataDir);
    if (freshKey !== null) print(`API key: ${freshKey}`);
    reeve.closing.onClose('the admin socket', await listenForOperator(reeve));
    const connections = trackConnections(reeve.app.server);
    const address = await listenForCalls(reeve.app, environment);
    reeve.lifecycle.started = true;
    announce(reeve, address, environment, print);
    const signal = await stop;
    reeve.telemetry.log.info({ signal }, 'draining');
    await drain(reeve, connections);
  } finally {
    await reeve.closing.close();
  }
}

/** What a newcomer sees on standard output; the last line comes exactly when `/readyz` answers 200. */
function announce(reeve: Reeve, address: string, environment: Environment, print: (line: string) => void): void {
  const { firstStart, freshKey } = reeve.bootstrap;
  if (firstStart) {
    print(`Try: ${exampleCall(address, freshKey ?? '$REEVE_BOOTSTRAP_KEY', firstModel(reeve))}`);
  }
  if (environment.host === '0.0.0.0' && environment.tls === null) {
    reeve.telemetry.log.warn({}, 'listening on every interface without TLS: put a TLS proxy in front');
  }
  print(`Reeve is ready at ${address}`);
}

function firstModel({ models }: Reeve): string {
  return models()[0] ?? 'reeve/hello';
}

function exampleCall(address: string, key: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'What is Reeve?' }] });
  const quoted = key.startsWith('$') ? `"Authorization: Bearer ${key}"` : `'Authorization: Bearer ${key}'`;
  return `curl -s ${address}/v1/chat/completions -H ${quoted} -H 'Content-Type: application/json' -d '${body}'`;
}

function whenStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}

/** No new call is taken; running answers finish, idle connections close at once, the rest after half a minute. */
async function drain(reeve: Reeve, connections: Connections): Promise<void> {
  reeve.lifecycle.draining = true;
  reeve.capacity.drain();
  const cancelCut = systemClock.after(DRAIN_MS, () => connections.cut());
  const closed = reeve.app.close();
  connections.drain();
  await closed;
  // A call whose connection was cut still settles: its receipt must be in before the log closes.
  await reeve.capacity.whenIdle();
  cancelCut();
}
