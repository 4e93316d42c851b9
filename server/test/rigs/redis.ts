import { askOverTcp, findEngine, startEngine, type EngineRig } from './engine-process.ts';

export interface RedisRig extends EngineRig {
  /** `redis://127.0.0.1:…` */
  url: string;
}

export interface RedisRigOptions {
  /** Further flags, e.g. `['--maxmemory', '3mb']`. */
  args?: readonly string[];
}

/** A real Redis (or Valkey) that keeps nothing on the disk, on a free port. Throws where it cannot start. */
export async function startRedis({ args = [] }: RedisRigOptions = {}): Promise<RedisRig> {
  const rig = await startEngine({
    name: 'redis',
    binary: findEngine('redis-server', 'valkey-server'),
    args(port, folder) {
      const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'];
      return [...place, '--save', '', '--appendonly', 'no', ...args];
    },
    // A server that wants a password answers, too.
    isReady: async (port) => /^(\+PONG|-NOAUTH)/.test(await askOverTcp(port, 'PING\r\n')),
  });
  return Object.assign(rig, { url: `redis://127.0.0.1:${rig.port}` });
}
