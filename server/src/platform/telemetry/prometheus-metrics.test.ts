import { METRICS } from '@reeve/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultTenantId } from '#kernel';
import { createVirtualClock, type VirtualClock } from '../clock/testing.ts';
import type { CallMeasure, Metrics } from './port.ts';
import { createPrometheusMetrics } from './prometheus-metrics.ts';

const opened: { close(): void }[] = [];

afterEach(() => {
  for (const metrics of opened.splice(0)) metrics.close();
});

function open(): { metrics: Metrics; clock: VirtualClock } {
  const clock = createVirtualClock();
  const metrics = createPrometheusMetrics(clock);
  opened.push(metrics);
  return { metrics, clock };
}

const measure = (more: Partial<CallMeasure> = {}): CallMeasure => ({
  tenantId: defaultTenantId,
  surface: 'openai',
  kind: 'chat',
  status: 'ok',
  provider: 'acme',
  model: 'small',
  seconds: 0.3,
  overheadSeconds: 0.0004,
  inputTokens: 10,
  outputTokens: 5,
  costNanos: 1500,
  stream: false,
  ...more,
});

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A strict reader of the exposition format: every sample must follow the HELP and TYPE of its metric. */
function parse(text: string): { types: Map<string, string>; samples: Sample[] } {
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples: Sample[] = [];
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = /^# HELP ([a-zA-Z_:][\w:]*) .+$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/.exec(line);
    if (help?.[1]) helped.add(help[1]);
    else if (type?.[1] && type[2]) {
      expect(types.has(type[1])).toBe(false);
      types.set(type[1], type[2]);
    } else samples.push(parseSample(line, types, helped));
  }
  return { types, samples };
}

function parseSample(line: string, types: Map<string, string>, helped: Set<string>): Sample {
  const found = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line);
  expect([line, found === null]).toEqual([line, false]);
  const name = found?.[1] ?? '';
  const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
  expect([line, types.has(family), helped.has(family)]).toEqual([line, true, true]);
  const value = Number(found?.[3]?.replace('Inf', 'Infinity'));
  // Before the first turn of the event loop the process metrics have no mean.
  if (!name.startsWith('nodejs_')) expect(value).not.toBeNaN();
  const labels = Object.fromEntries(
    [...(found?.[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text]),
  );
  return { name, labels, value };
}

async function scrape(metrics: Metrics) {
  const { text, contentType } = await metrics.render();
  expect(contentType).toContain('version=0.0.4');
  const { types, samples } = parse(text);
  const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
    samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted),
    )?.value;
  return { types, samples, value };
}

function useEverything(metrics: Metrics): void {
  metrics.call(measure());
  metrics.call(
    measure({ status: 'failed', kind: 'embedding', stream: true, provider: 'we"ird\\', model: 'line\nbreak' }),
  );
  metrics.call(measure({ status: 'denied', provider: '', model: '' }));
  metrics.attempt('acme', 'ok');
  metrics.breaker('acme', true);
  metrics.streamOpened();
  metrics.policyDenied();
  metrics.journalSynced(0.0003);
  metrics.gauge(METRICS.journalBytes, 'Bytes that wait for the database.', () => 42);
}

describe('/metrics', () => {
  it('emits every name of the contracts once used, and beside them only the process metrics', async () => {
    const { metrics } = open();
    useEverything(metrics);
    const { types } = await scrape(metrics);
    const own = [...types.keys()].filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.toSorted()).toEqual(Object.values(METRICS).toSorted());
    expect(types.has('process_cpu_seconds_total')).toBe(true);
  });

  it('adds up what calls report', async () => {
    const { metrics } = open();
    for (let index = 0; index < 3; index += 1) metrics.call(measure());
    metrics.call(measure({ status: 'failed', seconds: 400, outputTokens: 0, costNanos: 0 }));
    const { value } = await scrape(metrics);
    const who = { provider: 'acme', model: 'small' };
    expect(value(METRICS.requests, { ...who, status: 'ok', surface: 'openai', kind: 'chat', stream: 'false' })).toBe(3);
    expect(value(METRICS.requests, { ...who, status: 'failed' })).toBe(1);
    expect(value(METRICS.tokens, { ...who, direction: 'input' })).toBe(40);
    expect(value(METRICS.tokens, { ...who, direction: 'output' })).toBe(15);
    expect(value(METRICS.costNanos, who)).toBe(4500);
    const ok = { status: 'ok' };
    expect(value(`${METRICS.requestSeconds}_bucket`, { ...ok, le: '0.25' })).toBe(0);
    expect(value(`${METRICS.requestSeconds}_bucket`, { ...ok, le: '0.5' })).toBe(3);
    expect(value(`${METRICS.requestSeconds}_sum`, ok)).toBeCloseTo(0.9);
    const failed = { status: 'failed' };
    expect(value(`${METRICS.requestSeconds}_bucket`, { ...failed, le: '300' })).toBe(0);
    expect(value(`${METRICS.requestSeconds}_bucket`, { ...failed, le: '+Inf' })).toBe(1);
    expect(value(`${METRICS.requestSeconds}_count`, failed)).toBe(1);
    const genAi = { gen_ai_operation_name: 'chat', gen_ai_provider_name: 'acme', gen_ai_request_model: 'small' };
    expect(value(`${METRICS.genAiTokens}_sum`, { ...genAi, gen_ai_token_type: 'output' })).toBe(15);
    expect(value(`${METRICS.genAiOperationSeconds}_count`, { ...genAi, error_type: 'failed' })).toBe(1);
  });

  it('shows gauges as they stand', async () => {
    const { metrics, clock } = open();
    metrics.streamOpened();
    metrics.streamOpened();
    metrics.streamClosed();
    metrics.breaker('acme', true);
    metrics.breaker('acme', false);
    let backlog = 1;
    metrics.gauge(METRICS.journalBytes, 'Backlog.', () => backlog);
    backlog = 7;
    for (let index = 0; index < 30; index += 1) metrics.policyDenied();
    const first = await scrape(metrics);
    expect(first.value(METRICS.activeStreams)).toBe(1);
    expect(first.value(METRICS.breakerOpen, { provider: 'acme' })).toBe(0);
    expect(first.value(METRICS.journalBytes)).toBe(7);
    expect(first.value(METRICS.policyDenials)).toBe(0.1);
    clock.advance(301_000);
    expect((await scrape(metrics)).value(METRICS.policyDenials)).toBe(0);
  });

  it('bounds its labels, whatever models callers name', async () => {
    const { metrics } = open();
    for (let index = 0; index < 1_000; index += 1) metrics.call(measure({ model: `made-up-${index}` }));
    const { samples, value } = await scrape(metrics);
    const models = new Set(samples.map((sample) => sample.labels['model']).filter((model) => model !== undefined));
    expect(models.size).toBe(201);
    expect(value(METRICS.requests, { model: 'made-up-0' })).toBe(1);
    expect(value(METRICS.requests, { model: 'other', provider: 'acme' })).toBe(800);
  });

  it('refuses a gauge that the contracts do not name', () => {
    expect(() => open().metrics.gauge('reeve_surprise', 'Unknown.', () => 1)).toThrow('reeve_surprise');
  });
});
