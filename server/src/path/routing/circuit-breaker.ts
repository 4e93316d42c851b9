/** A breaker stops calling what keeps failing, and asks again with one probe at a time. */
import type { Clock } from '#kernel';
import { createSlidingCount, type SlidingCount } from './sliding-count.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** The right to make one attempt; it comes back with the attempt's outcome. */
export type BreakerTicket = number;

export interface CircuitBreaker {
  /** A ticket, or `null` where the attempt must not be made. */
  enter(): BreakerTicket | null;
  /** The provider answered, be it with a 4xx. */
  succeed(ticket: BreakerTicket): void;
  /** Connect error, reset, time-out or 5xx; `outcome` in the words of `Attempted`. */
  fail(ticket: BreakerTicket, outcome: string): void;
  /** The attempt says nothing about the provider: the caller went away, the adapter could not carry the call. */
  release(ticket: BreakerTicket): void;
  state(): BreakerState;
  describe(): BreakerDescription;
}

/** Why the breaker let nothing through: the last trial failed too, or what closed it in the first place. */
export type OpenReason = 'failures-in-a-row' | 'failing-share' | 'failed-trial';

/** For people. Times are ms since the epoch. */
export interface BreakerDescription {
  state: BreakerState;
  /** `null` while it is closed. */
  openSinceMs: number | null;
  openReason: OpenReason | null;
  /** When the next attempt may be made; `null` while it is closed. */
  nextTrialMs: number | null;
  lastFailure: { outcome: string; atMs: number } | null;
}

export const BREAKER_RULES = {
  consecutiveFailures: 5,
  /** At least this many outcomes in the window, and half of them failures. */
  windowOutcomes: 20,
  windowFailureShare: 0.5,
  windowMs: 10_000,
  openMs: 5_000,
  openMsMax: 60_000,
} as const;

/** `onChange` hears each change between open and closed. */
export function createCircuitBreaker(clock: Clock, onChange: (open: boolean) => void): CircuitBreaker {
  return new Breaker(clock, onChange);
}

/**
 * Closed until `BREAKER_RULES` says otherwise; open for 5 s, twice as long after each failed probe, at most 60 s; then
 * half-open: one probe, whose outcome closes or opens it. Outcomes of attempts that began in an earlier state are
 * ignored.
 */
class Breaker implements CircuitBreaker {
  readonly #clock: Clock;
  readonly #onChange: (open: boolean) => void;
  readonly #outcomes: SlidingCount;
  readonly #failures: SlidingCount;
  /** Tickets carry the number of the state that they were given in. */
  #era = 0;
  #closed = true;
  #consecutive = 0;
  #openMs = 0;
  #openUntilMs = 0;
  #probing = false;
  #openSinceMs: number | null = null;
  #openReason: OpenReason | null = null;
  #lastFailure: BreakerDescription['lastFailure'] = null;

  constructor(clock: Clock, onChange: (open: boolean) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#outcomes = createSlidingCount(clock, BREAKER_RULES.windowMs);
    this.#failures = createSlidingCount(clock, BREAKER_RULES.windowMs);
  }

  state(): BreakerState {
    if (this.#closed) return 'closed';
    return this.#clock.monotonicMs() < this.#openUntilMs ? 'open' : 'half-open';
  }

  enter(): BreakerTicket | null {
    if (this.#closed) return this.#era;
    if (this.#probing || this.state() === 'open') return null;
    this.#probing = true;
    return this.#era;
  }

  succeed(ticket: BreakerTicket): void {
    if (ticket !== this.#era) return;
    if (!this.#closed) return this.#close();
    this.#consecutive = 0;
    this.#outcomes.add();
  }

  fail(ticket: BreakerTicket, outcome: string): void {
    if (ticket !== this.#era) return;
    this.#lastFailure = { outcome, atMs: this.#clock.now() };
    if (!this.#closed) return this.#open('failed-trial');
    this.#consecutive += 1;
    this.#outcomes.add();
    this.#failures.add();
    if (this.#consecutive >= BREAKER_RULES.consecutiveFailures) this.#open('failures-in-a-row');
    else if (this.#isWindowFailing()) this.#open('failing-share');
  }

  describe(): BreakerDescription {
    const waitMs = Math.max(0, this.#openUntilMs - this.#clock.monotonicMs());
    return {
      state: this.state(),
      openSinceMs: this.#openSinceMs,
      openReason: this.#openReason,
      nextTrialMs: this.#closed ? null : this.#clock.now() + waitMs,
      lastFailure: this.#lastFailure,
    };
  }

  release(ticket: BreakerTicket): void {
    if (ticket === this.#era) this.#probing = false;
  }

  #isWindowFailing(): boolean {
    const total = this.#outcomes.total();
    return total >= BREAKER_RULES.windowOutcomes && this.#failures.total() >= total * BREAKER_RULES.windowFailureShare;
  }

  #open(reason: OpenReason): void {
    const wasClosed = this.#closed;
    this.#openReason = reason;
    if (wasClosed) this.#openSinceMs = this.#clock.now();
    this.#openMs = wasClosed ? BREAKER_RULES.openMs : Math.min(this.#openMs * 2, BREAKER_RULES.openMsMax);
    this.#openUntilMs = this.#clock.monotonicMs() + this.#openMs;
    this.#era += 1;
    this.#closed = false;
    this.#probing = false;
    if (wasClosed) this.#onChange(true);
  }

  #close(): void {
    this.#era += 1;
    this.#closed = true;
    this.#openSinceMs = null;
    this.#openReason = null;
    this.#probing = false;
    this.#consecutive = 0;
    this.#outcomes.clear();
    this.#failures.clear();
    this.#onChange(false);
  }
}
