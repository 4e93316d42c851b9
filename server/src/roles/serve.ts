/** `reeve serve`: one process, or several behind one port, and what a newcomer sees of it. */
import cluster from 'node:cluster';
import type { Environment } from './environment.ts';
import { assertPortFree } from './listen.ts';
import type { Ready } from './serve-process.ts';
import type { Settings } from './settings.ts';

type Print = (line: string) => void;

/** Serves until SIGTERM or SIGINT, then drains. Resolves once everything is closed. */
export async function serve(settings: Settings, print: Print): Promise<void> {
  const { environment } = settings;
  // The workers' port is their supervisor's, and it has looked.
  if (!cluster.isWorker) await assertPortFree(environment);
  if (environment.shape.workers === 1) return serveAlone(settings, print);
  if (cluster.isWorker) {
    const { serveAsWorker } = await import('./serve-as-worker.ts');
    return serveAsWorker(settings);
  }
  const { superviseWorkers } = await import('./supervise-workers.ts');
  print(environment.dataDir);
  await superviseWorkers(environment, {
    onKey: (freshKey) => print(`API key: ${freshKey}`),
    onReady: (ready) => announce(ready, environment, print),
  });
}

async function serveAlone(settings: Settings, print: Print): Promise<void> {
  // Here and not above: a supervisor of workers needs none of it.
  const { serveProcess } = await import('./serve-process.ts');
  return serveProcess(settings, {
    onKey({ dataDir, bootstrap }) {
      print(dataDir);
      if (bootstrap.freshKey !== null) print(`API key: ${bootstrap.freshKey}`);
    },
    onReady: (ready) => announce(ready, settings.environment, print),
  });
}

/** What a newcomer sees on standard output; the last line comes exactly when `/readyz` answers 200. */
function announce(ready: Ready, { shape }: Environment, print: Print): void {
  const { address, firstStart, freshKey, model, consolePath } = ready;
  if (firstStart && shape.roles.includes('gateway')) {
    print(`Try: ${exampleCall(address, freshKey ?? '$REEVE_BOOTSTRAP_KEY', model)}`);
  }
  if (consolePath !== null) print(`Console: ${address}${consolePath}`);
  print(`Reeve is ready at ${address}`);
}

function exampleCall(address: string, key: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'What is Reeve?' }] });
  const quoted = key.startsWith('$') ? `"Authorization: Bearer ${key}"` : `'Authorization: Bearer ${key}'`;
  return `curl -s ${address}/v1/chat/completions -H ${quoted} -H 'Content-Type: application/json' -d '${body}'`;
}
