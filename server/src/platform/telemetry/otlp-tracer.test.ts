import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { asTenantId, type Scope } from '#kernel';
import { systemClock } from '../clock/system-clock.ts';
import { createSeededRandom } from '../clock/testing.ts';
import { createLoopbackClient } from '../http-client/testing.ts';
import { createOtlpTracer, disabledTracer } from './otlp-tracer.ts';
import type { OtlpSpan, OtlpTraces } from './otlp-wire.ts';
import type { SpanRecord, Tracer } from './port.ts';
import { createRecordingTelemetry, type LogEntry } from './testing.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

interface Collector {
  endpoint: string;
  bodies: { path: string; type: string; traces: OtlpTraces }[];
  spans(): OtlpSpan[];
}

async function startCollector(status = 200): Promise<Collector> {
  const bodies: Collector['bodies'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const traces: OtlpTraces = JSON.parse(text);
      bodies.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', traces });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()));
  // `listen` on a port always gives this form.
  const { port } = server.address() as AddressInfo;
  const spans = (): OtlpSpan[] => bodies.flatMap(({ traces }) => traces.resourceSpans[0]?.scopeSpans[0]?.spans ?? []);
  return { endpoint: `http://127.0.0.1:${port}`, bodies, spans };
}

function openTracer(endpoint: string): { tracer: Tracer; entries: LogEntry[] } {
  const { log, entries } = createRecordingTelemetry();
  const httpClient = createLoopbackClient();
  cleanups.push(() => httpClient.close());
  const options = {
    endpoint,
    httpClient,
    clock: systemClock,
    random: createSeededRandom(1),
    log,
    serviceVersion: '0.1.0',
  };
  return { tracer: createOtlpTracer(options), entries };
}

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const OWN_ID = 'b7ad6b7169203331';

const scope = (sampled: boolean, more: Partial<Scope['trace']> = {}): Scope => ({
  tenantId: asTenantId('ten_1'),
  actor: { kind: 'operator', keyId: null, scopes: new Set(), models: null },
  requestId: 'req_1',
  trace: { traceId: TRACE_ID, parentSpanId: PARENT_ID, spanId: OWN_ID, sampled, ...more },
});

function spansOfCall(failed = false): SpanRecord[] {
  const startMs = systemClock.monotonicMs();
  const step = { attributes: {}, failed: false };
  return [
    {
      name: 'ingress',
      startMs,
      endMs: startMs + 12.5,
      attributes: { 'gen_ai.request.model': 'gpt', 'gen_ai.usage.input_tokens': 7, share: 0.5, stream: true },
      failed,
    },
    { ...step, name: 'policy', startMs: startMs + 1, endMs: startMs + 2 },
    { ...step, name: 'adapter_call', startMs: startMs + 2, endMs: startMs + 12 },
  ];
}

describe('what the collector gets', () => {
  it('is OTLP/HTTP JSON: one trace, the root above the others, times and attributes in their types', async () => {
    const collector = await startCollector();
    const { tracer } = openTracer(`${collector.endpoint}/`);
    const beforeMs = Date.now();
    tracer.finish(scope(true), spansOfCall(), false);
    await tracer.close();
    const [body] = collector.bodies;
    expect(body).toMatchObject({ path: '/v1/traces', type: 'application/json' });
    const [resourceSpans] = body?.traces.resourceSpans ?? [];
    expect(resourceSpans?.resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'reeve' } });
    expect(resourceSpans?.scopeSpans[0]?.scope).toEqual({ name: 'reeve', version: '0.1.0' });
    const [root, policy, adapter] = collector.spans();
    expect(root).toMatchObject({
      traceId: TRACE_ID,
      spanId: OWN_ID,
      parentSpanId: PARENT_ID,
      name: 'ingress',
      kind: 2,
      flags: 1,
      status: {},
    });
    expect(root?.attributes).toEqual([
      { key: 'reeve.request_id', value: { stringValue: 'req_1' } },
      { key: 'gen_ai.request.model', value: { stringValue: 'gpt' } },
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'stream', value: { boolValue: true } },
    ]);
    expect(policy).toMatchObject({ traceId: TRACE_ID, parentSpanId: OWN_ID, name: 'policy', kind: 1 });
    expect(adapter).toMatchObject({ traceId: TRACE_ID, parentSpanId: OWN_ID, name: 'adapter_call', kind: 3 });
    expect(new Set(collector.spans().map((span) => span.spanId)).size).toBe(3);
    expect(policy?.spanId).toMatch(/^[0-9a-f]{16}$/);
    const startNanos = BigInt(root?.startTimeUnixNano ?? 0);
    expect(Math.abs(Number(startNanos / 1_000_000n) - beforeMs)).toBeLessThan(1_000);
    expect(BigInt(root?.endTimeUnixNano ?? 0) - startNanos).toBe(12_500_000n);
  });

  it('leaves the parent out where the request starts the trace', async () => {
    const collector = await startCollector();
    const { tracer } = openTracer(collector.endpoint);
    tracer.finish(scope(true, { parentSpanId: null }), spansOfCall(), false);
    await tracer.close();
    expect(collector.spans()[0]).not.toHaveProperty('parentSpanId');
  });

  it('is every sampled and every failed request, and no other', async () => {
    const collector = await startCollector();
    const { tracer } = openTracer(collector.endpoint);
    tracer.finish(scope(false, { traceId: 'a'.repeat(32) }), spansOfCall(), false);
    tracer.finish(scope(false, { traceId: 'b'.repeat(32) }), spansOfCall(true), true);
    tracer.finish(scope(true, { traceId: 'c'.repeat(32) }), spansOfCall(), false);
    await tracer.close();
    const roots = collector.spans().filter((span) => span.name === 'ingress');
    expect(roots.map((span) => span.traceId)).toEqual(['b'.repeat(32), 'c'.repeat(32)]);
    expect(roots[0]?.status).toEqual({ code: 2 });
  });

  it('comes in batches', async () => {
    const collector = await startCollector();
    const { tracer } = openTracer(collector.endpoint);
    for (let index = 0; index < 300; index += 1) tracer.finish(scope(true), spansOfCall(), false);
    await tracer.close();
    expect(collector.spans()).toHaveLength(900);
    expect(collector.bodies).toHaveLength(3);
  });
});

describe('without a working collector', () => {
  it('drops, bounded, and counts in one warning', async () => {
    const collector = await startCollector(503);
    const { tracer, entries } = openTracer(collector.endpoint);
    for (let index = 0; index < 5_000; index += 1) tracer.finish(scope(true), spansOfCall(), false);
    await tracer.close();
    expect(collector.spans().length).toBeLessThanOrEqual(3 * (2_048 + 128));
    const lost = entries.filter((entry) => entry.message === 'traces were dropped');
    expect(lost.length).toBeLessThanOrEqual(3);
    expect(lost.reduce((sum, entry) => sum + Number(entry.fields['requests']), 0)).toBe(5_000);
  });

  it('goes on when nobody listens, and ends within its bound when the collector hangs', async () => {
    const nobody = openTracer('http://127.0.0.1:9');
    nobody.tracer.finish(scope(true), spansOfCall(), false);
    await nobody.tracer.close();
    expect(nobody.entries).toMatchObject([{ level: 'warn', fields: { requests: 1 } }]);
    const hanging = createServer(() => {});
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => hanging.close(() => resolve()).closeAllConnections()));
    const { port } = hanging.address() as AddressInfo;
    const { tracer } = openTracer(`http://127.0.0.1:${port}`);
    tracer.finish(scope(true), spansOfCall(), false);
    const startMs = performance.now();
    await tracer.close();
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  it('is disabled where none is set', () => {
    expect(disabledTracer.enabled).toBe(false);
  });
});
