/** What a process goes through: once, and in this order. */
import { assert } from '#kernel';

const PHASES = ['starting', 'ready', 'draining', 'stopped'] as const;

/**
 * `starting`: parts are opened. `ready`: everything is served. `draining`: what comes is still served, and told to go
 * elsewhere. `stopped`: nothing is served any more, and what was opened is closed.
 */
export type Phase = (typeof PHASES)[number];

export interface Lifecycle {
  readonly phase: Phase;
  /** Goes on to a later phase; leaving some out is allowed, going back is a bug. */
  enter(phase: Phase): void;
}

export function createLifecycle(): Lifecycle {
  let current: Phase = 'starting';
  return {
    get phase() {
      return current;
    },
    enter(phase) {
      assert(PHASES.indexOf(phase) > PHASES.indexOf(current), `a process that is ${current} cannot be ${phase}`);
      current = phase;
    },
  };
}
