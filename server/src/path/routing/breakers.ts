import type { Clock } from '#kernel';
import type { Metrics } from '#platform/telemetry/port.ts';
import { createCircuitBreaker, type CircuitBreaker } from './circuit-breaker.ts';
import { candidateName, type Candidate, type OpenBreaker } from './routing.ts';

/** One breaker for each model at a provider. */
export interface Breakers {
  of(candidate: Candidate): CircuitBreaker;
  /** Open, and not yet due for a probe. */
  isOpen(candidate: Candidate): boolean;
  /** Those that let nothing through, or one trial at a time: provider → model → what there is to know. */
  listOpen(): OpenBreaker[];
}

/** Callers choose model names freely, so the number of breakers is bounded; those made first go first. */
const BREAKERS_MAX = 4096;

/**
 * One for each model and not each provider: a model that fails, or that somebody makes fail, must not take the
 * provider's other models from everybody else. A provider that is down is learned model by model.
 */
export function createBreakers(clock: Clock, metrics: Pick<Metrics, 'breaker'>): Breakers {
  const breakers = new Map<string, { breaker: CircuitBreaker; candidate: Candidate }>();
  const openCounts = new Map<string, number>();

  const create = ({ provider }: Candidate): CircuitBreaker =>
    createCircuitBreaker(clock, (open) => {
      const count = (openCounts.get(provider.name) ?? 0) + (open ? 1 : -1);
      openCounts.set(provider.name, count);
      metrics.breaker(provider.name, count > 0);
    });
  const dropOldest = (): void => {
    for (const [name, { breaker }] of breakers) {
      if (breaker.state() === 'closed') {
        breakers.delete(name);
        return;
      }
    }
  };
  return {
    of(candidate) {
      const name = candidateName(candidate);
      const known = breakers.get(name);
      if (known !== undefined) return known.breaker;
      if (breakers.size >= BREAKERS_MAX) dropOldest();
      const made = create(candidate);
      breakers.set(name, { breaker: made, candidate });
      return made;
    },
    isOpen(candidate) {
      return breakers.get(candidateName(candidate))?.breaker.state() === 'open';
    },
    listOpen() {
      const open = [...breakers.values()].filter(({ breaker }) => breaker.state() !== 'closed');
      return open.map(({ breaker, candidate: { provider, modelId } }) => ({
        provider: provider.name,
        modelId,
        ...breaker.describe(),
      }));
    },
  };
}
