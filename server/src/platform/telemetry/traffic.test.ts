import { describe, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { createVirtualClock } from '../clock/testing.ts';
import type { CallMeasure } from './port.ts';
import { createTraffic } from './traffic.ts';

const near = asTenantId('near');
const far = asTenantId('far');

function measure(more: Partial<CallMeasure> = {}): CallMeasure {
  return {
    tenantId: near,
    surface: 'openai',
    kind: 'chat',
    status: 'ok',
    provider: 'acme',
    model: 'm',
    seconds: 0.2,
    overheadSeconds: 0.001,
    inputTokens: 10,
    outputTokens: 20,
    costNanos: 1,
    stream: false,
    ...more,
  };
}

function create() {
  const clock = createVirtualClock();
  return { clock, traffic: createTraffic(clock) };
}

describe('traffic', () => {
  it('is each tenant for itself, and all of them for whoever looks after the whole', () => {
    const { traffic } = create();
    traffic.call(measure());
    traffic.call(measure({ tenantId: far, model: 'secret-model', status: 'failed' }));
    expect(traffic.report(null).recent).toMatchObject({ requests: 2, errors: 1 });
    expect(traffic.report(near).recent).toMatchObject({ requests: 1, errors: 0 });
    expect(JSON.stringify(traffic.report(near))).not.toContain('secret-model');
    expect(traffic.report(far).models).toMatchObject([{ provider: 'acme', model: 'secret-model', requests: 1 }]);
    expect(traffic.report(asTenantId('nobody')).recent.requests).toBe(0);
  });

  it('lists models of the last five minutes, the busiest first; a call without a route counts as a whole only', () => {
    const { clock, traffic } = create();
    traffic.call(measure({ model: 'old' }));
    clock.advance(301_000);
    traffic.call(measure({ model: 'seldom' }));
    for (let count = 0; count < 3; count += 1) traffic.call(measure({ model: 'often' }));
    traffic.call(measure({ provider: '', model: '', status: 'denied' }));
    const { models, recent } = traffic.report(near);
    expect(models.map(({ model, requests }) => [model, requests])).toEqual([
      ['often', 3],
      ['seldom', 1],
    ]);
    expect(recent.requests).toBe(5);
  });

  it('names the first step by the wall clock', () => {
    const { clock, traffic } = create();
    clock.advance(12_345);
    const { firstStepAtMs, stepMs, steps } = traffic.report(null);
    const lastStepAtMs = firstStepAtMs + (steps.length - 1) * stepMs;
    expect(clock.now() - lastStepAtMs).toBe(2_345);
  });

  it('holds figures of a bounded number of tenants, and takes new ones when others fall silent', () => {
    const { clock, traffic } = create();
    for (let count = 0; count < 200; count += 1) traffic.call(measure({ tenantId: asTenantId(`t${count}`) }));
    expect(traffic.report(asTenantId('t0')).recent.requests).toBe(1);
    expect(traffic.report(asTenantId('t199')).recent.requests).toBe(0);
    expect(traffic.report(null).recent.requests).toBe(200);
    clock.advance(901_000);
    traffic.call(measure({ tenantId: asTenantId('t199') }));
    expect(traffic.report(asTenantId('t199')).recent.requests).toBe(1);
  });

  it('counts attempts on a provider, and only what the provider is to blame for as its failure', () => {
    const { clock, traffic } = create();
    for (const outcome of ['ok', 'aborted', 'unsupported', 'status-400', 'status-404', 'breaker-open']) {
      traffic.attempt('acme', outcome);
    }
    expect(traffic.attempts('acme')).toEqual({ attempts: 5, failures: 0, lastFailure: null });
    for (const outcome of ['status-503', 'status-429', 'status-401', 'status-403', 'status-408', 'timeout']) {
      traffic.attempt('acme', outcome);
    }
    const lastFailure = { outcome: 'timeout', atMs: clock.now() };
    expect(traffic.attempts('acme')).toEqual({ attempts: 11, failures: 6, lastFailure });
    clock.advance(301_000);
    expect(traffic.attempts('acme')).toEqual({ attempts: 0, failures: 0, lastFailure });
    expect(traffic.attempts('other')).toEqual({ attempts: 0, failures: 0, lastFailure: null });
  });

  it('knows how many streams are open', () => {
    const { traffic } = create();
    traffic.streamOpened();
    traffic.streamOpened();
    traffic.streamClosed();
    expect(traffic.activeStreams).toBe(1);
  });
});
