import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '#platform/clock/testing.ts';
import type { SupervisorMessage, WorkerMessage } from './worker-messages.ts';
import { createMetricsGathering, createWorkerMetrics, mergeMetrics, type MetricsSource } from './worker-metrics.ts';

const ONE = '# HELP a_total What a is.\n# TYPE a_total counter\na_total{x="1"} 3\na_total{x="2"} 4\n';
const TWO = '# HELP a_total What a is.\n# TYPE a_total counter\na_total{x="1"} 5\n# HELP b B.\n# TYPE b gauge\nb 7\n';

describe('metrics of several workers', () => {
  it('stand together under each name, each worker with its label', () => {
    const texts = new Map([
      [2, TWO],
      [1, ONE],
    ]);
    expect(mergeMetrics(texts).split('\n')).toEqual([
      '# HELP a_total What a is.',
      '# TYPE a_total counter',
      'a_total{worker="1",x="1"} 3',
      'a_total{worker="1",x="2"} 4',
      'a_total{worker="2",x="1"} 5',
      '',
      '# HELP b B.',
      '# TYPE b gauge',
      'b{worker="2"} 7',
      '',
    ]);
  });

  function start(texts: readonly string[], silent: readonly number[] = []) {
    const clock = createVirtualClock();
    const listeners = texts.map((): ((message: SupervisorMessage) => void)[] => []);
    const sources = texts.map((_text, index): MetricsSource => ({
      number: index + 1,
      tell: (message) => {
        if (!silent.includes(index + 1)) for (const listener of listeners[index] ?? []) listener(message);
      },
    }));
    const hear = createMetricsGathering(clock, () => sources);
    const renders = texts.map((text, index) => {
      const tell = (message: WorkerMessage): void => hear(sources[index] as MetricsSource, message);
      const gather = createWorkerMetrics(clock, tell, (listener) => void listeners[index]?.push(listener));
      return gather(() => Promise.resolve({ contentType: 'text/plain', text }));
    });
    return { clock, render: renders[0] as () => Promise<{ contentType: string; text: string }> };
  }

  it('are told by whichever is asked', async () => {
    const { render } = start([ONE, TWO]);
    const [first, second] = await Promise.all([render(), render()]);
    expect(first.text).toContain('a_total{worker="2",x="1"} 5');
    expect(second).toEqual(first);
  });

  it('come without those of a worker that does not answer', async () => {
    const { clock, render } = start([ONE, TWO], [2]);
    const rendering = render();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1000);
    const { text } = await rendering;
    expect(text).toContain('worker="1"');
    expect(text).not.toContain('worker="2"');
  });
});
