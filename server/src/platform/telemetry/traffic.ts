/** What went through this process in the last quarter of an hour, for people who look: in memory, bounded, per tenant. */
import type { Clock, TenantId } from '#kernel';
import type { AttemptTally, CallMeasure, ModelTraffic, Traffic, TrafficReport } from './port.ts';
import { TrafficWindow } from './traffic-window.ts';

const STEP_MS = 5_000;
const STEPS = 180;
/** Figures of models and providers are of the last five minutes. */
const RECENT_STEPS = 60;
const MODEL_STEP_MS = 30_000;
const MODEL_STEPS = 10;
/** Tenants that have figures of their own at the same time, about 55 kB each; who comes later counts in the whole only. */
const TENANTS_MAX = 128;
const MODELS_MAX = 32;

interface Series {
  window: TrafficWindow;
  models: Map<string, { provider: string; model: string; window: TrafficWindow }>;
}

export function createTraffic(clock: Clock): Traffic {
  const whole = createSeries(clock.monotonicMs());
  const tenants = new Map<TenantId, Series>();
  const attempts = createAttemptTallies(clock);
  let activeStreams = 0;
  let sweptMs = -Infinity;

  function findSeries(tenantId: TenantId, nowMs: number): Series | null {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    if (tenants.size >= TENANTS_MAX) dropIdle(nowMs);
    if (tenants.size >= TENANTS_MAX) return null;
    const made = createSeries(nowMs);
    tenants.set(tenantId, made);
    return made;
  }

  /** At most once a step: looking at all of them is no work for each call. */
  function dropIdle(nowMs: number): void {
    if (nowMs - sweptMs < STEP_MS) return;
    sweptMs = nowMs;
    for (const [tenantId, { window }] of tenants) if (window.isIdle(nowMs)) tenants.delete(tenantId);
  }

  return {
    call(measure) {
      const nowMs = clock.monotonicMs();
      addCall(whole, nowMs, measure);
      const own = findSeries(measure.tenantId, nowMs);
      if (own !== null) addCall(own, nowMs, measure);
    },
    attempt: (provider, outcome) => attempts.add(provider, outcome),
    streamOpened: () => void (activeStreams += 1),
    streamClosed: () => void (activeStreams -= 1),
    get activeStreams() {
      return activeStreams;
    },
    report(tenantId) {
      const nowMs = clock.monotonicMs();
      const series = tenantId === null ? whole : (tenants.get(tenantId) ?? createSeries(nowMs));
      return toReport(series, nowMs, clock.now());
    },
    attempts: (provider) => attempts.of(provider),
  };
}

function createSeries(nowMs: number): Series {
  return { window: new TrafficWindow({ stepMs: STEP_MS, steps: STEPS, nowMs }), models: new Map() };
}

function addCall({ window, models }: Series, nowMs: number, measure: CallMeasure): void {
  const { provider, model, seconds, inputTokens, outputTokens } = measure;
  const call = { failed: measure.status === 'failed', seconds, inputTokens, outputTokens };
  window.add(nowMs, call);
  if (provider === '') return;
  const key = `${provider}/${model}`;
  let own = models.get(key);
  if (own === undefined) {
    if (models.size >= MODELS_MAX) dropIdleModels(models, nowMs);
    if (models.size >= MODELS_MAX) return;
    own = { provider, model, window: new TrafficWindow({ stepMs: MODEL_STEP_MS, steps: MODEL_STEPS, nowMs }) };
    models.set(key, own);
  }
  own.window.add(nowMs, call);
}

function dropIdleModels(models: Series['models'], nowMs: number): void {
  for (const [key, { window }] of models) if (window.isIdle(nowMs)) models.delete(key);
}

function toReport({ window, models }: Series, nowMs: number, wallMs: number): TrafficReport {
  const stepStartMs = Math.floor(nowMs / STEP_MS) * STEP_MS;
  const listed: ModelTraffic[] = [];
  for (const { provider, model, window: own } of models.values()) {
    const sums = own.sum(nowMs);
    if (sums.requests > 0) listed.push({ provider, model, ...sums });
  }
  return {
    stepMs: STEP_MS,
    firstStepAtMs: wallMs - (nowMs - stepStartMs) - (STEPS - 1) * STEP_MS,
    steps: window.list(nowMs),
    recentMs: RECENT_STEPS * STEP_MS,
    recent: window.sum(nowMs, RECENT_STEPS),
    models: listed.toSorted((a, b) => b.requests - a.requests),
  };
}

const TALLY_STEP_MS = 30_000;
const TALLY_STEPS = 10;

/** Attempts on each provider in the last five minutes, and how the last one that failed did. Providers are configured, so few. */
function createAttemptTallies(clock: Clock) {
  const tallies = new Map<string, { window: TrafficWindow; lastFailure: AttemptTally['lastFailure'] }>();
  return {
    add(provider: string, outcome: string): void {
      const nowMs = clock.monotonicMs();
      let tally = tallies.get(provider);
      if (tally === undefined) {
        const window = new TrafficWindow({ stepMs: TALLY_STEP_MS, steps: TALLY_STEPS, nowMs });
        tally = { window, lastFailure: null };
        tallies.set(provider, tally);
      }
      const failed = !isProvidersAnswer(outcome);
      // A breaker that is open made no attempt, and says nothing new.
      if (outcome === 'breaker-open') return;
      tally.window.add(nowMs, { failed, seconds: 0, inputTokens: 0, outputTokens: 0 });
      if (failed) tally.lastFailure = { outcome, atMs: clock.now() };
    },
    of(provider: string): AttemptTally {
      const tally = tallies.get(provider);
      if (tally === undefined) return { attempts: 0, failures: 0, lastFailure: null };
      const { requests, errors } = tally.window.sum(clock.monotonicMs());
      return { attempts: requests, failures: errors, lastFailure: tally.lastFailure };
    },
  };
}

/** Refusing a request that cannot be taken, or being left by the caller, is no failure of a provider; refusing us is. */
function isProvidersAnswer(outcome: string): boolean {
  if (outcome === 'ok' || outcome === 'aborted' || outcome === 'unsupported') return true;
  return /^status-4(?!0[123]|08|29)\d\d$/.test(outcome);
}
