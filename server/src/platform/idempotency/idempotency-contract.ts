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

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

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

/** Plays random histories of two processes against the model; `wrap` seeds a fault. Throws where they differ. */
export async function checkAgainstModel(database: Database, wrap: Wrap = (same) => same, runs = 60): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), (steps) => playHistory(database, wrap, steps)),
    { numRuns: runs, endOnFailure: true },
  );
}

async function playHistory(database: Database, wrap: Wrap, steps: readonly Step[]): Promise<void> {
  seeds += 1;
  const tenants: TenantId[] = [asTenantId(`t${seeds}_a`), asTenantId(`t${seeds}_b`)];
  const named = (owner: Owner): string => `${owner}_${tenants[0] ?? ''}`;
  let nowMs = START_MS;
  const start = (owner: Owner): Instance => startInstance(database, named(owner), nowMs, wrap);
  const instances: Record<Owner, Instance> = { alpha: start('alpha'), beta: start('beta') };
  const known = new Map<string, Known>();
  let open: OpenRun[] = [];
  let answers = 0;

  const begin = async (given: Extract<Step, { do: 'begin' }>): Promise<void> => {
    const tenantId = tenants[given.tenant] ?? asTenantId('none');
    const name = `${tenantId}/${given.key}`;
    const request = `${given.path} ${given.body}`;
    const wanted: RepeatableRequest = { method: 'POST', path: given.path, body: Buffer.from(given.body) };
    const verdict = await instances[given.owner].idempotency.begin({ tenantId }, given.key, wanted);
    const model = known.get(name);
    if (model === undefined || (model.state.type !== 'running' && model.state.endsMs <= nowMs)) {
      expect(verdict.type).toBe('run');
      known.set(name, { request, state: { type: 'running' } });
      if (verdict.type === 'run') open.push({ name, run: verdict.run, owner: given.owner });
      return;
    }
    if (model.request !== request) return expect(verdict.type).toBe('mismatch');
    if (model.state.type === 'running') return expect(verdict.type).toBe('in-flight');
    if (model.state.type === 'streamed') {
      return expect(verdict).toEqual({ type: 'stream-repeated', receiptId: `rcp_${name}` });
    }
    expect(verdict).toMatchObject({
      type: 'replay',
      status: 201,
      headers: { 'x-name': name },
      receiptId: `rcp_${name}`,
    });
    if (verdict.type === 'replay') expect(Buffer.from(verdict.body).toString()).toBe(model.state.text);
  };

  const settle = async ({ how, run: index }: Extract<Step, { do: 'settle' }>): Promise<void> => {
    const [chosen] = open.splice(index % Math.max(open.length, 1), 1);
    const model = chosen === undefined ? undefined : known.get(chosen.name);
    if (chosen === undefined || model === undefined) return;
    answers += 1;
    const text = `answer ${answers}`;
    const answer = { headers: { 'x-name': chosen.name }, body: Buffer.from(text), receiptId: `rcp_${chosen.name}` };
    const endsMs = nowMs + DAY_MS;
    if (how === 'answer') {
      await chosen.run.answer({ status: 201, ...answer });
      model.state = { type: 'answered', text, endsMs };
    } else if (how === 'stream') {
      await chosen.run.streamed(`rcp_${chosen.name}`);
      model.state = { type: 'streamed', endsMs };
    } else {
      await (how === 'refuse' ? chosen.run.answer({ status: 402, ...answer }) : chosen.run.release());
      known.delete(chosen.name);
    }
    // Only the first settlement counts.
    await chosen.run.release();
    await chosen.run.answer({ status: 200, ...answer, body: Buffer.from('too late') });
  };

  const crash = async (owner: Owner): Promise<void> => {
    for (const { name } of open.filter((run) => run.owner === owner)) known.delete(name);
    open = open.filter((run) => run.owner !== owner);
    instances[owner] = start(owner);
    await instances[owner].idempotency.recover();
  };

  const wait = async (ms: number): Promise<void> => {
    if (ms > LOCK_MS) {
      // Nothing is learnt from a day of renewals.
      for (const { name, run } of open.splice(0)) {
        await run.release();
        known.delete(name);
      }
    }
    nowMs += ms;
    for (const { clock } of Object.values(instances)) clock.advance(ms);
  };

  for (const one of steps) {
    if (one.do === 'begin') await begin(one);
    else if (one.do === 'settle') await settle(one);
    else if (one.do === 'crash') await crash(one.owner);
    else await wait(one.ms);
  }
  for (const { run } of open) await run.release();
}
