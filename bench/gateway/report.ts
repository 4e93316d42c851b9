/** From samples to figures that people compare: medians with their spread, differences to `direct`, a Markdown table. */
import { LANE_NAMES, type LaneName, type Sample } from './measure.ts';
import type { Target } from './targets.ts';
import { CHUNKS_PER_STREAM } from './traffic.ts';

export interface Figure {
  median: number;
  min: number;
  max: number;
}

export interface TargetReport {
  name: string;
  firstStartSeconds: number | null;
  warmStartSeconds: number | null;
  rssIdleMb: number;
  rssLoadedMb: number;
  failed: number;
  lanes: Partial<Record<LaneName, Record<string, Figure>>>;
}

export interface BenchReport {
  startedAt: string;
  cores: number;
  node: string;
  rounds: number;
  seconds: number;
  targets: TargetReport[];
}

export type Samples = ReadonlyMap<string, ReadonlyMap<LaneName, readonly Sample[]>>;

/** Differences are taken round by round, so that a busy minute of the machine weighs on both sides. */
export function reportTarget(target: Target, rssIdleMb: number, samples: Samples): TargetReport {
  const own = samples.get(target.name) ?? new Map<LaneName, readonly Sample[]>();
  const direct = samples.get('direct');
  const lanes: TargetReport['lanes'] = {};
  for (const lane of LANE_NAMES) {
    const rounds = own.get(lane) ?? [];
    if (rounds.length > 0) lanes[lane] = reportLane(rounds, direct?.get(lane) ?? []);
  }
  const all = [...own.values()].flat();
  return {
    name: target.name,
    firstStartSeconds: target.firstStartSeconds,
    warmStartSeconds: target.warmStartSeconds,
    rssIdleMb,
    rssLoadedMb: Math.max(0, ...all.map((sample) => sample.rssMb)),
    failed: all.reduce((sum, sample) => sum + sample.failed, 0),
    lanes,
  };
}

const SAMPLE_FIELDS = [
  'perSecond',
  'mainThreadMicros',
  'processMicros',
  'p50Micros',
  'p99Micros',
  'firstByteP50Micros',
  'firstByteP99Micros',
  'chunkAgeP50Micros',
  'chunkAgeP99Micros',
] as const satisfies readonly (keyof Sample)[];

function reportLane(rounds: readonly Sample[], direct: readonly Sample[]): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  for (const field of SAMPLE_FIELDS) {
    figures[field] = summarise(rounds.map((sample) => sample[field]));
    if (!field.includes('p50') && !field.includes('p99') && !field.includes('P50') && !field.includes('P99')) continue;
    const added = rounds.flatMap((sample, round) => {
      const base = direct[round];
      return base === undefined ? [] : [sample[field] - base[field]];
    });
    if (added.length > 0) figures[`added_${field}`] = summarise(added);
  }
  return figures;
}

function summarise(values: readonly number[]): Figure {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

interface Column {
  title: string;
  read(report: TargetReport): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'req/s', read: (report) => whole(report, 'plainCapacity', 'perSecond') },
  { title: 'main thread µs', read: (report) => ownCpu(report, 'plainCapacity', 'mainThreadMicros') },
  { title: 'process µs', read: (report) => ownCpu(report, 'plainCapacity', 'processMicros') },
  { title: 'added p50 ms', read: (report) => millis(report, 'plainLatency', 'added_p50Micros') },
  { title: 'added p99 ms', read: (report) => millis(report, 'plainLatency', 'added_p99Micros') },
  { title: 'streams/s', read: (report) => whole(report, 'streamCapacity', 'perSecond') },
  { title: 'first token added ms', read: (report) => millis(report, 'streamLatency', 'added_firstByteP50Micros') },
  { title: 'chunk added ms', read: (report) => millis(report, 'streamLatency', 'added_chunkAgeP50Micros') },
  { title: 'main µs per chunk', read: (report) => perChunk(report) },
  { title: 'RSS idle MB', read: (report) => (isDirect(report) ? '' : report.rssIdleMb.toFixed(0)) },
  { title: 'RSS loaded MB', read: (report) => (isDirect(report) ? '' : report.rssLoadedMb.toFixed(0)) },
  { title: 'start s (first, warm)', read: (report) => starts(report) },
];

/** The table for the README: medians, lowest to highest of the rounds in brackets where it matters. */
export function toMarkdown(report: BenchReport): string {
  const head = `| | ${COLUMNS.map((column) => column.title).join(' | ')} |`;
  const rule = `|---|${COLUMNS.map(() => '--:').join('|')}|`;
  const rows = report.targets.map(
    (target) => `| ${target.name} | ${COLUMNS.map((column) => column.read(target)).join(' | ')} |`,
  );
  return [head, rule, ...rows].join('\n');
}

function isDirect(report: TargetReport): boolean {
  return report.name === 'direct';
}

function whole(report: TargetReport, lane: LaneName, field: string): string {
  const figure = report.lanes[lane]?.[field];
  return figure === undefined ? '' : `${figure.median.toFixed(0)} (${figure.min.toFixed(0)}–${figure.max.toFixed(0)})`;
}

function ownCpu(report: TargetReport, lane: LaneName, field: string): string {
  return isDirect(report) ? '' : whole(report, lane, field);
}

function millis(report: TargetReport, lane: LaneName, field: string): string {
  const figure = report.lanes[lane]?.[field];
  if (figure === undefined || isDirect(report)) return '';
  return (figure.median / 1000).toFixed(2);
}

/** What a chunk costs beyond the call itself: the stream's CPU less the plain call's, by chunks. */
function perChunk(report: TargetReport): string {
  const stream = report.lanes.streamCapacity?.['mainThreadMicros'];
  const plain = report.lanes.plainCapacity?.['mainThreadMicros'];
  if (stream === undefined || plain === undefined || isDirect(report)) return '';
  return ((stream.median - plain.median) / CHUNKS_PER_STREAM).toFixed(1);
}

function starts(report: TargetReport): string {
  if (report.firstStartSeconds === null || report.warmStartSeconds === null) return '';
  return `${report.firstStartSeconds.toFixed(1)}, ${report.warmStartSeconds.toFixed(1)}`;
}
