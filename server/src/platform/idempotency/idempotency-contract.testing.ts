/**
 * The promise of idempotency as a model, checked over random histories of two processes. Renewals reach the database in
 * the order in which time passes only where it serves one session at a time, as the embedded one does.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { asTenantId, type TenantId } from '#kernel';
import { createSeededRandom, createVirtualClock, type VirtualClock } from '../clock/testing.ts';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import { createIdempotency } from './database-idempotency.ts';
import type { Idempotency, IdempotentRun, RepeatableRequest } from './port.ts';

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** One process: its clock stands still once it has crashed, so its runs renew nothing any more. */
export interface Instance {
  idempotency: Idempotency;
  clock: VirtualClock;
}

export type Wrap = (idempotency: Idempotency) => Idempotency;

let seeds = 0;

export function startInstance(
  database: Database,
  owner: string,
  startMs: number,
  wrap: Wrap = (same) => same,
): Instance {
  const clock = createVirtualClock(startMs);
  seeds += 1;
  const random = createSeededRandom(seeds);
  return { idempotency: wrap(createIdempotency({ database, clock, random, log: silentLog, owner })), clock };
}

const START_MS = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60_000;
const LOCK_MS = 30_000;
const OWNERS = ['alpha', 'beta'] as const;
type Owner = (typeof OWNERS)[number];

type Step =
  | { do: 'begin'; owner: Owner; tenant: number; key: string; body: string; path: string }
  | { do: 'settle'; how: 'answer' | 'refuse' | 'stream' | 'release'; run: number }
  | { do: 'crash'; owner: Owner }
  | { do: 'wait'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      owner: fc.constantFrom(...OWNERS),
      tenant: fc.nat(1),
      key: fc.constantFrom('k1', 'k2'),
      body: fc.constantFrom('one', 'two'),
      path: fc.constantFrom('/v1/a', '/v1/b'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      how: fc.constantFrom(
        'answer' as const,
        'answer' as const,
        'refuse' as const,
        'stream' as const,
        'release' as const,
      ),
      run: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), owner: fc.constantFrom(...OWNERS) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(9_000, LOCK_MS, DAY_MS) }),
  },
);

/** What the model knows of a key. A run of a crashed owner ends at that owner's next start. */
interface Known {
  request: string;
  state:
    | { type: 'running' }
    | { type: 'answered'; text: string; endsMs: number }
    | { type: 'streamed'; endsMs: number };
}

interface OpenRun {
  name: string;
  run: IdempotentRun;
  owner: Owner;
}

/** One history under way: the model, the runs that are open, and the processes. */
interface World {
  tenants: readonly TenantId[];
  nowMs: number;
  start(owner: Owner): Instance;
  instances: Record<Owner, Instance>;
  known: Map<string, Known>;
  open: OpenRun[];
  answers: number;
}

/** Plays random histories of two processes against the model; `wrap` seeds a fault. Throws where they differ. */
export async function checkAgainstModel(database: Database, wrap: Wrap = (same) => same, runs = 60): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
      const world = openWorld(database, wrap);
      for (const one of steps) await play(world, one);
      for (const { run } of world.open) await run.release();
    }),
    { numRuns: runs, endOnFailure: true },
  );
}

function openWorld(database: Database, wrap: Wrap): World {
  seeds += 1;
  const history = `t${seeds}`;
  const start = (owner: Owner, nowMs: number): Instance => startInstance(database, `${owner}_${history}`, nowMs, wrap);
  return {
    tenants: [asTenantId(`${history}_a`), asTenantId(`${history}_b`)],
    nowMs: START_MS,
    start(owner) {
      return start(owner, this.nowMs);
    },
    instances: { alpha: start('alpha', START_MS), beta: start('beta', START_MS) },
    known: new Map(),
    open: [],
    answers: 0,
  };
}

async function play(world: World, one: Step): Promise<void> {
  switch (one.do) {
    case 'begin':
      return begin(world, one);
    case 'settle':
      return settle(world, one);
    case 'crash':
      return crash(world, one.owner);
    case 'wait':
      return wait(world, one.ms);
  }
}

async function begin(world: World, given: Extract<Step, { do: 'begin' }>): Promise<void> {
  const tenantId = world.tenants[given.tenant] ?? asTenantId('none');
  const name = `${tenantId}/${given.key}`;
  const request = `${given.path} ${given.body}`;
  const wanted: RepeatableRequest = { method: 'POST', path: given.path, body: Buffer.from(given.body) };
  const verdict = await world.instances[given.owner].idempotency.begin({ tenantId }, given.key, wanted);
  const model = world.known.get(name);
  if (model === undefined || (model.state.type !== 'running' && model.state.endsMs <= world.nowMs)) {
    expect(verdict.type).toBe('run');
    world.known.set(name, { request, state: { type: 'running' } });
    if (verdict.type === 'run') world.open.push({ name, run: verdict.run, owner: given.owner });
    return;
  }
  const receiptId = `rcp_${name}`;
  if (model.request !== request) expect(verdict.type).toBe('mismatch');
  else if (model.state.type === 'running') expect(verdict.type).toBe('in-flight');
  else if (model.state.type === 'streamed') expect(verdict).toEqual({ type: 'stream-repeated', receiptId });
  else {
    const body = Buffer.from(model.state.text);
    expect(verdict).toEqual({ type: 'replay', status: 201, headers: { 'x-name': name }, receiptId, body });
  }
}

async function settle(world: World, { how, run: index }: Extract<Step, { do: 'settle' }>): Promise<void> {
  const [chosen] = world.open.splice(index % Math.max(world.open.length, 1), 1);
  const model = chosen === undefined ? undefined : world.known.get(chosen.name);
  if (chosen === undefined || model === undefined) return;
  const { name, run } = chosen;
  world.answers += 1;
  const text = `answer ${world.answers}`;
  const answer = { headers: { 'x-name': name }, body: Buffer.from(text), receiptId: `rcp_${name}` };
  const endsMs = world.nowMs + DAY_MS;
  if (how === 'answer') {
    await run.answer({ status: 201, ...answer });
    model.state = { type: 'answered', text, endsMs };
  } else if (how === 'stream') {
    await run.streamed(`rcp_${name}`);
    model.state = { type: 'streamed', endsMs };
  } else {
    await (how === 'refuse' ? run.answer({ status: 402, ...answer }) : run.release());
    world.known.delete(name);
  }
  // Only the first settlement counts.
  await run.release();
  await run.answer({ status: 200, ...answer, body: Buffer.from('too late') });
}

async function crash(world: World, owner: Owner): Promise<void> {
  for (const { name } of world.open.filter((run) => run.owner === owner)) world.known.delete(name);
  world.open = world.open.filter((run) => run.owner !== owner);
  world.instances[owner] = world.start(owner);
  await world.instances[owner].idempotency.recover();
}

async function wait(world: World, ms: number): Promise<void> {
  if (ms > LOCK_MS) {
    // Nothing is learnt from a day of renewals.
    for (const { name, run } of world.open.splice(0)) {
      await run.release();
      world.known.delete(name);
    }
  }
  world.nowMs += ms;
  for (const { clock } of Object.values(world.instances)) clock.advance(ms);
}
