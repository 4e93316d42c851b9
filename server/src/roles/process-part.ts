/** Which process answers: of several, each tells of itself. */
import { pid, uptime } from 'node:process';
import Type from 'typebox';
import type { Clock, LivePart } from '#kernel';
import type { ProcessShape } from './process-shape.ts';
import { VERSION } from './version.ts';

interface ProcessDeps {
  name: string;
  shape: ProcessShape;
  engine: 'pglite' | 'postgres';
  clock: Clock;
}

const ProcessSchema = Type.Object({
  name: Type.String(),
  pid: Type.Integer(),
  version: Type.String(),
  roles: Type.Array(Type.String()),
  /** Processes behind this port: figures in memory are of the one that answers. */
  workers: Type.Integer(),
  /** No other process can be there: what this one shows is all. */
  alone: Type.Boolean(),
  started_at: Type.String(),
});

export function createProcessPart({ name, shape, engine, clock }: ProcessDeps): LivePart {
  return {
    name: 'process',
    schema: ProcessSchema,
    read: () =>
      Promise.resolve({
        name,
        pid,
        version: VERSION,
        roles: [...shape.roles],
        workers: shape.workers,
        alone: engine === 'pglite',
        started_at: new Date(clock.now() - uptime() * 1000).toISOString(),
      }),
  };
}
