import type { Call } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { createPriceBook } from '#accounting';
import type { Attempt, Invocation, ModelAdapter, Provider, UpstreamFailure } from '#adapters';
import { createSeededRandom, createVirtualClock } from '../../platform/clock/testing.ts';
import { createRecordingTelemetry } from '../../platform/telemetry/testing.ts';
import { createRouting } from './create-routing.ts';
import { CERTAIN_PPM, type Candidate, type Plan, type RunResult } from './routing.ts';

const providerOf = (name: string, timeoutMs = 60_000): Provider => ({
  name,
  adapter: 'scripted',
  baseUrl: '',
  apiKey: null,
  region: null,
  timeoutMs,
  streamUsage: true,
  catalogue: null,
  settings: {},
});

const planOf = (...names: string[]): Plan => ({
  candidates: names.map((name): Candidate => {
    const [provider = '', modelId = ''] = name.split('/');
    return { provider: providerOf(provider, 1_000), modelId };
  }),
  propensityPpm: CERTAIN_PPM,
});

const call: Call = {
  kind: 'chat',
  wire: 'openai',
  model: 'alias',
  stream: false,
  parts: [],
  params: {},
  extensions: {},
};
const answer: Invocation = { type: 'answer', answer: { kind: 'chat', model: null, parts: [], usage: null } };

function failure(
  kind: UpstreamFailure['kind'],
  status: number | null = null,
  retryAfter: string | null = null,
): Invocation {
  return { type: 'failure', failure: { kind, status, message: `${kind} ${status}`, retryAfter, body: null } };
}
const status = (code: number, retryAfter: string | null = null): Invocation => failure('status', code, retryAfter);

/** Routing over an adapter that plays a script: candidate → what its attempts give, the last one again and again. */
function openRouting(script: Readonly<Record<string, readonly (Invocation | ((attempt: Attempt) => Invocation))[]>>) {
  const virtual = createVirtualClock();
  const clock = {
    ...virtual,
    after(delayMs: number, work: () => void) {
      const cancel = virtual.after(delayMs, work);
      queueMicrotask(() => virtual.advance(delayMs));
      return cancel;
    },
  };
  const attempted: string[] = [];
  const attempts: Attempt[] = [];
  const adapter: ModelAdapter = {
    name: 'scripted',
    carries: { chat: new Set() },
    extensions: new Set<string>(),
    speaks: () => true,
    async invoke(attempt) {
      const name = `${attempt.provider.name}/${attempt.modelId}`;
      const steps = script[name] ?? [];
      const earlier = attempted.filter((other) => other === name).length;
      attempted.push(name);
      attempts.push(attempt);
      const step = steps[Math.min(earlier, steps.length - 1)] ?? failure('connect');
      return typeof step === 'function' ? step(attempt) : step;
    },
  };
  const telemetry = createRecordingTelemetry();
  const routing = createRouting({
    providers: [],
    models: new Map(),
    prices: createPriceBook(new Map()),
    keyedProviders: [],
    adapters: new Map([['scripted', adapter]]),
    clock,
    random: createSeededRandom(1),
    telemetry,
  });
  const run = (plan: Plan, changes: Partial<Call> = {}, signal = new AbortController().signal): Promise<RunResult> =>
    routing.run({ plan, call: { ...call, ...changes }, signal });
  return { routing, run, attempted, attempts, telemetry, clock: virtual };
}

describe('run-plan', () => {
  it('takes the first answer', async () => {
    const { run, attempted, telemetry } = openRouting({ 'a/m': [answer], 'b/m': [answer] });
    const result = await run(planOf('a/m', 'b/m'));
    expect(result).toMatchObject({
      type: 'answer',
      candidate: { modelId: 'm' },
      failed: [],
      propensityPpm: CERTAIN_PPM,
    });
    expect(attempted).toEqual(['a/m']);
    expect(result.attempts).toMatchObject([{ provider: 'a', modelId: 'm', outcome: 'ok' }]);
    expect(telemetry.attempts).toEqual([{ provider: 'a', outcome: 'ok' }]);
  });

  it.each([
    ['connect', failure('connect'), 2],
    ['500', status(500), 2],
    ['503', status(503), 2],
    ['529', status(529), 2],
    ['429 without retry-after', status(429), 2],
    ['429 with retry-after', status(429, '7'), 1],
    ['503 with retry-after', status(503, '7'), 1],
    ['reset', failure('reset'), 1],
    ['timeout', failure('timeout'), 1],
    ['invalid', failure('invalid'), 1],
    ['unsupported', failure('unsupported'), 1],
    ['401', status(401), 1],
    ['402', status(402), 1],
    ['403', status(403), 1],
    ['302', status(302), 1],
    ['408', status(408), 1],
    ['424', status(424), 1],
  ])('on %s makes the due number of attempts, then falls back', async (_name, failed, expectedAttempts) => {
    const { run, attempted } = openRouting({ 'a/m': [failed], 'b/m': [answer] });
    const result = await run(planOf('a/m', 'b/m'));
    expect(result).toMatchObject({ type: 'answer', failed: ['a/m'] });
    expect(attempted).toEqual([...Array.from({ length: expectedAttempts }, () => 'a/m'), 'b/m']);
    expect(result.attempts).toHaveLength(expectedAttempts + 1);
  });

  it('answers when the second attempt does', async () => {
    const { run } = openRouting({ 'a/m': [status(503), answer] });
    const result = await run(planOf('a/m'));
    expect(result).toMatchObject({ type: 'answer', failed: [] });
    expect(result.attempts.map((attempt) => attempt.outcome)).toEqual(['status-503', 'ok']);
  });

  it.each([400, 404, 409, 413, 415, 422, 451])('passes a %d to the caller at once', async (code) => {
    const { run, attempted } = openRouting({ 'a/m': [status(code, '3')], 'b/m': [answer] });
    const result = await run(planOf('a/m', 'b/m'));
    expect(attempted).toEqual(['a/m']);
    expect(result).toMatchObject({ type: 'failed', passThrough: true, failure: { status: code, retryAfter: '3' } });
  });

  it.each([
    ['connect', failure('connect'), 'upstream_failed'],
    ['reset', failure('reset'), 'upstream_failed'],
    ['500', status(500), 'upstream_failed'],
    ['timeout', failure('timeout'), 'upstream_timeout'],
    ['invalid', failure('invalid'), 'upstream_invalid'],
    ['401', status(401), 'upstream_refused'],
    ['402', status(402), 'upstream_refused'],
    ['403', status(403), 'upstream_refused'],
    ['unsupported', failure('unsupported'), 'unsupported_parameter'],
  ])('reports %s under its code', async (_name, failed, code) => {
    const { run } = openRouting({ 'a/m': [failed] });
    expect(await run(planOf('a/m'))).toMatchObject({ type: 'failed', code, passThrough: false, failed: [] });
  });

  it('reports the last failure and names the others', async () => {
    const { run } = openRouting({ 'a/m': [failure('timeout')], 'b/m': [failure('invalid')] });
    const result = await run(planOf('a/m', 'b/m'));
    expect(result).toMatchObject({ code: 'upstream_invalid', candidate: { provider: { name: 'b' } }, failed: ['a/m'] });
  });

  it.each([408, 424])('passes a %d of the last candidate to the caller', async (code) => {
    const { run } = openRouting({ 'a/m': [status(code)] });
    expect(await run(planOf('a/m'))).toMatchObject({ type: 'failed', passThrough: true, failure: { status: code } });
  });

  it('reports a provider’s own 429 rather than a later failure to reach another', async () => {
    const { run } = openRouting({ 'a/m': [status(429, '7')], 'b/m': [failure('timeout')] });
    const result = await run(planOf('a/m', 'b/m'));
    expect(result).toMatchObject({ passThrough: true, failure: { status: 429, retryAfter: '7' }, failed: ['b/m'] });
  });

  it('does not report that a candidate cannot carry the call when another failed in earnest', async () => {
    const { run } = openRouting({ 'a/m': [failure('timeout')], 'b/m': [failure('unsupported')] });
    expect(await run(planOf('a/m', 'b/m'))).toMatchObject({ code: 'upstream_timeout', failed: ['b/m'] });
  });

  it('says whose credentials were refused, and warns once a minute', async () => {
    const { run, telemetry, clock } = openRouting({ 'a/m': [status(401)] });
    const result = await run(planOf('a/m'));
    expect(result.type === 'failed' && result.failure.message).toContain('the credentials that this server uses');
    await run(planOf('a/m'));
    const alerts = () => telemetry.entries.filter((entry) => entry.fields['alert'] === 'upstream_refused');
    expect(alerts()).toMatchObject([{ level: 'warn', fields: { provider: 'a', status: 401 } }]);
    clock.advance(60_000);
    await run(planOf('a/m'));
    expect(alerts()).toHaveLength(2);
  });

  it('does not ask an adapter for a kind of call that it does not support', async () => {
    const { run, attempted } = openRouting({ 'a/m': [answer] });
    expect(await run(planOf('a/m'), { kind: 'embedding' })).toMatchObject({ code: 'unsupported_parameter' });
    expect(attempted).toEqual([]);
  });

  it('shares a provider’s time among all attempts on it', async () => {
    const opened = openRouting({
      'a/m': [
        () => {
          opened.clock.advance(700);
          return status(503);
        },
        answer,
      ],
    });
    await opened.run(planOf('a/m'));
    const [first, second] = opened.attempts;
    expect(first?.timeoutMs).toBe(1_000);
    expect(second?.timeoutMs).toBe(300);
  });

  it('makes no attempt on a provider whose time is used up', async () => {
    const opened = openRouting({
      'a/m': [
        () => {
          opened.clock.advance(1_000);
          return failure('timeout');
        },
      ],
      'a/n': [answer],
      'b/m': [answer],
    });
    const result = await opened.run(planOf('a/m', 'a/n', 'b/m'));
    expect(opened.attempted).toEqual(['a/m', 'b/m']);
    expect(result).toMatchObject({ type: 'answer', failed: ['a/m', 'a/n'] });
  });

  it('stops when the caller goes, and learns nothing from that', async () => {
    const caller = new AbortController();
    const leave = (): Invocation => {
      caller.abort();
      return failure('aborted');
    };
    const { run, attempted, routing } = openRouting({ 'a/m': [leave], 'b/m': [answer] });
    const plan = planOf('a/m', 'b/m');
    expect(await run(plan, {}, caller.signal)).toMatchObject({ type: 'failed', failure: { kind: 'aborted' } });
    expect(attempted).toEqual(['a/m']);
    expect(routing.order(plan, [0, 1], call)).toBe(plan);
  });

  it('makes no second attempt after the caller went', async () => {
    const caller = new AbortController();
    const leave = (): Invocation => {
      caller.abort();
      return status(503);
    };
    const { run, attempted } = openRouting({ 'a/m': [leave], 'b/m': [answer] });
    expect(await run(planOf('a/m', 'b/m'), {}, caller.signal)).toMatchObject({
      failure: { kind: 'aborted' },
      candidate: { provider: { name: 'a' } },
    });
    expect(attempted).toEqual(['a/m']);
  });

  it('gives a breaker’s ticket back when an adapter has a bug', async () => {
    const bug = (): Invocation => {
      throw new TypeError('a bug');
    };
    const { run } = openRouting({ 'a/m': [bug, bug, answer] });
    await expect(run(planOf('a/m'))).rejects.toThrow('a bug');
    await expect(run(planOf('a/m'))).rejects.toThrow('a bug');
    expect((await run(planOf('a/m'))).type).toBe('answer');
  });
});

describe('breakers in a run', () => {
  it('stop the attempts on a model that fails, leave its neighbours alone, and come back', async () => {
    const { run, attempted, telemetry, clock } = openRouting({
      'a/bad': [...Array.from({ length: 5 }, () => status(500)), answer],
      'a/good': [answer],
    });
    for (let count = 0; count < 3; count += 1) await run(planOf('a/bad'));
    expect(attempted).toHaveLength(5);
    const result = await run(planOf('a/bad'));
    expect(attempted).toHaveLength(5);
    expect(result).toMatchObject({ type: 'failed', code: 'upstream_failed', passThrough: false });
    expect(result.attempts).toMatchObject([{ outcome: 'breaker-open' }]);
    expect(telemetry.breakers.get('a')).toBe(true);
    expect((await run(planOf('a/good'))).type).toBe('answer');
    clock.advance(5_000);
    expect((await run(planOf('a/bad'))).type).toBe('answer');
    expect(telemetry.breakers.get('a')).toBe(false);
  });

  it.each([
    ['400', status(400)],
    ['401', status(401)],
    ['429', status(429, '1')],
    ['invalid', failure('invalid')],
  ])('do not count %s', async (_name, failed) => {
    const { run, attempted } = openRouting({ 'a/m': [failed] });
    for (let count = 0; count < 30; count += 1) await run(planOf('a/m'));
    expect(attempted).toHaveLength(30);
  });

  it.each([
    ['connect', failure('connect')],
    ['timeout', failure('timeout')],
    ['500', status(500)],
  ])('count %s', async (_name, failed) => {
    const { run, attempted } = openRouting({ 'a/m': [failed] });
    for (let count = 0; count < 30; count += 1) await run(planOf('a/m'));
    expect(attempted).toHaveLength(5);
  });

  it('move a candidate to the end of the order, never out of it', async () => {
    const { run, routing } = openRouting({ 'a/m': [status(500)], 'b/m': [answer] });
    const plan = planOf('a/m', 'b/m');
    for (let count = 0; count < 3; count += 1) await run(planOf('a/m'));
    expect(routing.order(plan, [0, 1], call).candidates.map(({ provider }) => provider.name)).toEqual(['b', 'a']);
    expect(routing.order(plan, [0], call).candidates.map(({ provider }) => provider.name)).toEqual(['a']);
  });
});

describe('the retry budget in a run', () => {
  it('keeps retries at a tenth when everything fails in small numbers', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `a/m${index}`);
    const { run, attempted } = openRouting(Object.fromEntries(names.map((name) => [name, [status(500)]])));
    for (const name of names) {
      await run(planOf(name));
    }
    expect(attempted.length).toBeGreaterThan(400);
    expect(attempted.length).toBeLessThanOrEqual(440);
  });
});
