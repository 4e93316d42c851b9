import { answersOk, findEngine, freePort, startEngine, type EngineRig } from './engine-process.ts';

export interface NatsRig extends EngineRig {
  /** `nats://127.0.0.1:…` */
  url: string;
  /** Base URL of its HTTP monitoring, e.g. for `/jsz`. */
  monitorUrl: string;
}

const VERSION = '2.15.1';

/** A real NATS server with JetStream in a temp folder on a free port. Throws where it cannot start. */
export async function startNats(): Promise<NatsRig> {
  const monitorPort = await freePort();
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  const rig = await startEngine({
    name: 'nats',
    binary: findEngine(`nats-server-${VERSION}`, 'nats-server'),
    args(port, folder) {
      const place = ['--addr', '127.0.0.1', '--port', String(port), '--http_port', String(monitorPort)];
      return [...place, '--jetstream', '--store_dir', folder];
    },
    isReady: () => answersOk(`${monitorUrl}/healthz?js-enabled-only=true`),
  });
  return Object.assign(rig, { url: `nats://127.0.0.1:${rig.port}`, monitorUrl });
}
