/** One serving process from its start to its end: start, ready, drain, stop. */
import { systemClock } from '../platform/clock/system-clock.ts';
import { compose, type GatherMetrics, type Reeve } from './compose.ts';
import { isConsoleBuilt } from './console-place.ts';
import { drain } from './drain.ts';
import type { Environment } from './environment.ts';
import { trackConnections } from './http-connections.ts';
import { listenForCalls, listenForOperator } from './listen.ts';
import type { Settings } from './settings.ts';

/** What is there to tell once a process is ready. */
export interface Ready {
  /** As callers write it, `http://HOST:PORT`. */
  address: string;
  firstStart: boolean;
  /** The first owner's key, where this start made one: nobody can read it again. */
  freshKey: string | null;
  /** A name that callers may use. */
  model: string;
  /** On the first start, where there is a console: what stands behind the address to sign in to it, once. */
  consolePath: string | null;
}

interface Hooks {
  /** A fresh key is in the database now and nowhere else. */
  onKey(reeve: Reeve): void;
  onReady(ready: Ready): void;
  /** Absent: `/metrics` tells of this process alone. */
  gatherMetrics?: GatherMetrics;
}

/** Serves until SIGTERM or SIGINT, then drains. Resolves once everything is closed. */
export async function serveProcess({ environment, config }: Settings, hooks: Hooks): Promise<void> {
  const stop = whenStopped();
  const reeve = await compose(environment, config, hooks.gatherMetrics);
  try {
    hooks.onKey(reeve);
    // Of several workers the first has the data folder, and with it the operator's door.
    if (environment.processDir === environment.dataDir) {
      reeve.closing.onClose('the admin socket', await listenForOperator(reeve));
    }
    const connections = trackConnections(reeve.app.server, systemClock);
    const address = await listenForCalls(reeve.app, environment);
    reeve.noteAddress(address);
    reeve.lifecycle.enter('ready');
    if (environment.host === '0.0.0.0' && environment.tls === null) {
      reeve.telemetry.log.warn({}, 'listening on every interface without TLS: put a TLS proxy in front');
    }
    const consolePath = await findWayIn(reeve, environment);
    hooks.onReady({ address, ...reeve.bootstrap, model: reeve.models()[0] ?? 'reeve/hello', consolePath });
    const signal = await stop;
    reeve.telemetry.log.info({ signal }, 'draining');
    await drain(reeve, connections, systemClock, signal === 'SIGINT');
  } finally {
    reeve.lifecycle.enter('stopped');
    await reeve.closing.close();
  }
}

async function findWayIn({ bootstrap, makeOwnerLink }: Reeve, { shape }: Environment): Promise<string | null> {
  const isShown = bootstrap.firstStart && shape.roles.includes('control') && isConsoleBuilt();
  return isShown ? makeOwnerLink() : null;
}

function whenStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
}
