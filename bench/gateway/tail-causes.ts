/** What held the slowest calls up: each is put down to whatever overlapped it longest. */
import type { Span, ThreadSpans } from './tail-probe.ts';

export type CallMoments = readonly [sent: number, answered: number];

/** A sync that took longer is a cause; shorter ones are what each call waits for. */
const SLOW_SYNC_MICROS = 3000;
const QUIET_MICROS = 200_000;
/** Less overlap than this explains nothing. */
const LEAST_MICROS = 1000;

export interface SpanFigures {
  name: string;
  perSecond: number;
  msPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** How many a second last longer than 3 ms. */
  longPerSecond: number;
}

export interface CauseFigures {
  name: string;
  calls: number;
  meanMs: number;
  /** How many of them met the database thread at work for half their time. */
  besideDatabase: number;
}

/** The spans of every source that lie within the time in which the target was under load. */
export function gatherSources(threads: readonly ThreadSpans[], calls: readonly CallMoments[]): Map<string, Span[]> {
  const windows = findWindows(calls);
  const pick = (script: string, what: Span['what']): Span[] =>
    threads
      .filter((thread) => thread.script.endsWith(script))
      .flatMap(({ spans }) => spans.filter((span) => span.what === what))
      .filter(({ from, to }) => windows.some(([start, end]) => from >= start && to <= end));
  return new Map([
    ['load: turn', pick('load.ts', 'turn')],
    ['upstream: turn', pick('mock-upstream.ts', 'turn')],
    ['main: turn', pick('main.ts', 'turn')],
    ['main: gc', pick('main.ts', 'gc')],
    ['main: write', pick('main.ts', 'write')],
    ['journal: sync', pick('main.ts', 'sync')],
    ['database: busy', pick('pglite-worker.ts', 'busy')],
    ['database: sync', pick('pglite-worker.ts', 'sync')],
  ]);
}

export function describeSources(sources: ReadonlyMap<string, Span[]>, calls: readonly CallMoments[]): SpanFigures[] {
  const seconds = findWindows(calls).reduce((sum, [from, to]) => sum + (to - from) / 1e6, 0);
  return [...sources].map(([name, spans]) => {
    const lengths = spans.map(({ from, to }) => (to - from) / 1000).toSorted((a, b) => a - b);
    const at = (share: number): number => lengths[Math.floor(lengths.length * share)] ?? 0;
    return {
      name,
      perSecond: lengths.length / seconds,
      msPerSecond: lengths.reduce((sum, length) => sum + length, 0) / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      longPerSecond: lengths.filter((length) => length * 1000 > SLOW_SYNC_MICROS).length / seconds,
    };
  });
}

/** The causes of `slow` calls, the most frequent first. */
export function findCauses(slow: readonly CallMoments[], sources: ReadonlyMap<string, Span[]>): CauseFigures[] {
  const causes = toCauses(sources);
  const database = sources.get('database: busy') ?? [];
  const figures = new Map<string, CauseFigures>();
  for (const call of slow) {
    const lengthMicros = call[1] - call[0];
    let most = { name: 'unknown', micros: LEAST_MICROS };
    for (const [name, spans] of causes) {
      const micros = overlap(call, spans);
      if (micros > most.micros) most = { name, micros };
    }
    const { name } = most;
    const { calls, meanMs, besideDatabase } = figures.get(name) ?? { calls: 0, meanMs: 0, besideDatabase: 0 };
    figures.set(name, {
      name,
      calls: calls + 1,
      meanMs: (meanMs * calls + lengthMicros / 1000) / (calls + 1),
      besideDatabase: besideDatabase + (overlap(call, database) > lengthMicros / 2 ? 1 : 0),
    });
  }
  return [...figures.values()].toSorted((a, b) => b.calls - a.calls);
}

/** A long turn of the main thread is told apart by what the thread did: it ran, or waited for a core, or for the disk. */
function toCauses(sources: ReadonlyMap<string, Span[]>): [string, Span[]][] {
  const turns = sources.get('main: turn') ?? [];
  const isMost = (micros = 0, { from, to }: Span): boolean => micros > (to - from) / 2;
  const ran = turns.filter((turn) => isMost(turn.ranMicros, turn));
  const waited = turns.filter((turn) => isMost(turn.waitedMicros, turn));
  const syncs = sources.get('journal: sync') ?? [];
  return [
    ['load: turn', sources.get('load: turn') ?? []],
    ['upstream: turn', sources.get('upstream: turn') ?? []],
    ['main: gc', sources.get('main: gc') ?? []],
    ['main: own work', ran],
    ['main: waits for a core', waited],
    ['main: blocked', turns.filter((turn) => !ran.includes(turn) && !waited.includes(turn))],
    ['journal: slow sync', syncs.filter(({ from, to }) => to - from > SLOW_SYNC_MICROS)],
  ];
}

/** When the target was under load: calls that follow each other closely. */
function findWindows(calls: readonly CallMoments[]): [number, number][] {
  const windows: [number, number][] = [];
  for (const [sent, answered] of calls.toSorted((a, b) => a[0] - b[0])) {
    const last = windows.at(-1);
    if (last !== undefined && sent - last[1] < QUIET_MICROS) last[1] = Math.max(last[1], answered);
    else windows.push([sent, answered]);
  }
  return windows;
}

function overlap([from, to]: CallMoments, spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
}
