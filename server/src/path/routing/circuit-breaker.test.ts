import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../platform/clock/testing.ts';
import { BREAKER_RULES, createCircuitBreaker, type BreakerTicket, type CircuitBreaker } from './circuit-breaker.ts';

/** The rules said again, slowly: every outcome is remembered, nothing is counted ahead. */
class Model {
  nowMs = 0;
  outcomes: { slot: number; failed: boolean }[] = [];
  openedMs: number | null = null;
  openMs = 0;
  era = 0;
  probing = false;
  changes: boolean[] = [];

  state(): string {
    if (this.openedMs === null) return 'closed';
    return this.nowMs < this.openedMs + this.openMs ? 'open' : 'half-open';
  }

  enter(): { era: number } | null {
    if (this.state() === 'open' || (this.state() === 'half-open' && this.probing)) return null;
    this.probing = this.openedMs !== null;
    return { era: this.era };
  }

  settle(ticket: { era: number }, outcome: 'succeed' | 'fail' | 'release'): void {
    if (ticket.era !== this.era) return;
    if (this.openedMs !== null) return this.settleProbe(outcome);
    if (outcome === 'release') return;
    this.outcomes.push({ slot: this.slot(), failed: outcome === 'fail' });
    if (outcome === 'fail' && this.mustOpen()) this.open(BREAKER_RULES.openMs);
  }

  settleProbe(outcome: 'succeed' | 'fail' | 'release'): void {
    this.probing = false;
    if (outcome === 'fail') this.open(Math.min(this.openMs * 2, BREAKER_RULES.openMsMax));
    if (outcome !== 'succeed') return;
    this.era += 1;
    this.openedMs = null;
    this.outcomes = [];
    this.changes.push(false);
  }

  mustOpen(): boolean {
    const last = this.outcomes.slice(-BREAKER_RULES.consecutiveFailures);
    if (last.length === BREAKER_RULES.consecutiveFailures && last.every(({ failed }) => failed)) return true;
    const recent = this.outcomes.filter(({ slot }) => slot > this.slot() - 10);
    const failures = recent.filter(({ failed }) => failed);
    return recent.length >= BREAKER_RULES.windowOutcomes && failures.length * 2 >= recent.length;
  }

  open(openMs: number): void {
    if (this.openedMs === null) this.changes.push(true);
    this.era += 1;
    this.openedMs = this.nowMs;
    this.openMs = openMs;
  }

  slot(): number {
    return Math.floor(this.nowMs / (BREAKER_RULES.windowMs / 10));
  }
}

interface Real {
  clock: VirtualClock;
  breaker: CircuitBreaker;
  changes: boolean[];
  tickets: { real: BreakerTicket; model: { era: number } }[];
}

class Enter implements fc.Command<Model, Real> {
  check = (): boolean => true;
  run(model: Model, { breaker, tickets }: Real): void {
    expect(breaker.state()).toBe(model.state());
    const [real, modelled] = [breaker.enter(), model.enter()];
    expect(real === null).toBe(modelled === null);
    if (real !== null && modelled !== null) tickets.push({ real, model: modelled });
  }
  toString = (): string => 'enter';
}

class Settle implements fc.Command<Model, Real> {
  readonly #outcome: 'succeed' | 'fail' | 'release';
  readonly #which: number;
  constructor(outcome: 'succeed' | 'fail' | 'release', which: number) {
    this.#outcome = outcome;
    this.#which = which;
  }
  check = (): boolean => true;
  run(model: Model, { breaker, changes, tickets }: Real): void {
    const [ticket] = tickets.splice(this.#which % Math.max(1, tickets.length), 1);
    if (ticket === undefined) return;
    breaker[this.#outcome](ticket.real, 'status-503');
    model.settle(ticket.model, this.#outcome);
    expect(breaker.state()).toBe(model.state());
    expect(changes).toEqual(model.changes);
  }
  toString = (): string => `${this.#outcome} ${this.#which}`;
}

class Wait implements fc.Command<Model, Real> {
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
  }
  check = (): boolean => true;
  run(model: Model, { breaker, clock }: Real): void {
    clock.advance(this.#ms);
    model.nowMs += this.#ms;
    expect(breaker.state()).toBe(model.state());
  }
  toString = (): string => `wait ${this.#ms}`;
}

function createReal(): Real {
  const clock = createVirtualClock();
  const changes: boolean[] = [];
  return { clock, changes, tickets: [], breaker: createCircuitBreaker(clock, (open) => changes.push(open)) };
}

describe('circuit-breaker', () => {
  it('does what its rules say, in any order of events', () => {
    const settle = (outcome: 'succeed' | 'fail' | 'release', weight: number) => ({
      weight,
      arbitrary: fc.nat({ max: 5 }).map((which) => new Settle(outcome, which)),
    });
    const commands = fc.commands(
      [
        fc.oneof(
          { weight: 8, arbitrary: fc.constant(new Enter()) },
          settle('succeed', 3),
          settle('fail', 5),
          settle('release', 1),
          { weight: 2, arbitrary: fc.constantFrom(1, 400, 999, 1_000, 5_000, 9_999, 60_000).map((ms) => new Wait(ms)) },
        ),
      ],
      { maxCommands: 200, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (steps) => fc.modelRun(() => ({ model: new Model(), real: createReal() }), steps)),
      { numRuns: 300 },
    );
  });

  const failTimes = ({ breaker }: Real, times: number): void => {
    for (let count = 0; count < times; count += 1) breaker.fail(breaker.enter() ?? -1, 'status-503');
  };

  it('opens at the fifth failure in a row, not before', () => {
    const real = createReal();
    failTimes(real, 4);
    real.breaker.succeed(real.breaker.enter() ?? -1);
    failTimes(real, 4);
    expect(real.breaker.state()).toBe('closed');
    failTimes(real, 1);
    expect(real.breaker.state()).toBe('open');
    expect(real.breaker.enter()).toBeNull();
  });

  it('opens when half of twenty fail, however they are mixed', () => {
    const real = createReal();
    for (let round = 0; round < 10; round += 1) {
      expect(real.breaker.state()).toBe('closed');
      real.breaker.succeed(real.breaker.enter() ?? -1);
      failTimes(real, 1);
    }
    expect(real.breaker.state()).toBe('open');
  });

  it('lets one probe through, waits twice as long after each that fails, and at most a minute', () => {
    const real = createReal();
    failTimes(real, 5);
    for (const openMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      real.clock.advance(openMs - 1);
      expect(real.breaker.enter()).toBeNull();
      real.clock.advance(1);
      const probe = real.breaker.enter();
      expect(probe).not.toBeNull();
      expect(real.breaker.enter()).toBeNull();
      real.breaker.fail(probe ?? -1, 'timeout');
    }
    real.clock.advance(60_000);
    real.breaker.succeed(real.breaker.enter() ?? -1);
    expect(real.breaker.state()).toBe('closed');
    expect(real.changes).toEqual([true, false]);
  });

  it('does not count an attempt that began before it opened', () => {
    const real = createReal();
    const late = real.breaker.enter() ?? -1;
    failTimes(real, 5);
    real.breaker.succeed(late);
    expect(real.breaker.state()).toBe('open');
  });

  it('tells people why it is open, since when, and when it is tried again', () => {
    const real = createReal();
    const { breaker, clock } = real;
    const closed = { state: 'closed', openSinceMs: null, openReason: null, nextTrialMs: null };
    expect(breaker.describe()).toEqual({ ...closed, lastFailure: null });
    failTimes(real, 5);
    const openSinceMs = clock.now();
    const lastFailure = { outcome: 'status-503', atMs: openSinceMs };
    const open = { state: 'open', openSinceMs, openReason: 'failures-in-a-row', lastFailure };
    expect(breaker.describe()).toEqual({ ...open, nextTrialMs: openSinceMs + 5_000 });
    clock.advance(6_000);
    expect(breaker.describe()).toEqual({ ...open, state: 'half-open', nextTrialMs: clock.now() });
    breaker.fail(breaker.enter() ?? -1, 'timeout');
    expect(breaker.describe()).toEqual({
      state: 'open',
      openSinceMs,
      openReason: 'failed-trial',
      nextTrialMs: clock.now() + 10_000,
      lastFailure: { outcome: 'timeout', atMs: clock.now() },
    });
    clock.advance(10_000);
    breaker.succeed(breaker.enter() ?? -1);
    expect(breaker.describe()).toMatchObject(closed);
  });

  it('names the share where failures did not come in a row', () => {
    const real = createReal();
    for (let round = 0; round < 10; round += 1) {
      real.breaker.succeed(real.breaker.enter() ?? -1);
      failTimes(real, 1);
    }
    expect(real.breaker.describe()).toMatchObject({ state: 'open', openReason: 'failing-share' });
  });
});
