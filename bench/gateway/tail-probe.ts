/**
 * Loaded by `--import` into the processes of the tail bench: notes on the machine's one clock whatever can hold a call
 * up, and leaves it, one file for each thread, in the folder that its own address names (`?folder=`).
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { PerformanceObserver } from 'node:perf_hooks';
import workers from 'node:worker_threads';
import { nowMicros } from './traffic.ts';

/** What a thread did from one moment to another, µs. */
export interface Span {
  /** `turn`: a turn of the event loop that was long; `busy`: a worker thread, from being asked to its answer. */
  what: 'turn' | 'busy' | 'sync' | 'write' | 'gc';
  from: number;
  to: number;
  /** Of a turn: for how much of it the thread had a core, and for how much it waited for one. */
  ranMicros?: number;
  waitedMicros?: number;
}

export interface ThreadSpans {
  script: string;
  spans: Span[];
}

const TICK_MS = 1;
const LONG_TURN_MICROS = 2000;
const LONG_WRITE_MICROS = 500;

const spans: Span[] = [];

function noteSpan<T>(what: Span['what'], leastMicros: number, work: () => T): T {
  const from = nowMicros();
  try {
    return work();
  } finally {
    const to = nowMicros();
    if (to - from >= leastMicros) spans.push({ what, from, to });
  }
}

function watchFiles(): void {
  const { fdatasync, fdatasyncSync, writeSync } = fs;
  const sync = (fd: number, done: fs.NoParamCallback): void => {
    const from = nowMicros();
    fdatasync(fd, (error) => {
      spans.push({ what: 'sync', from, to: nowMicros() });
      done(error);
    });
  };
  const syncNow = (fd: number): void => noteSpan('sync', 0, () => fdatasyncSync(fd));
  const write = (...input: unknown[]): unknown =>
    noteSpan('write', LONG_WRITE_MICROS, () => Reflect.apply(writeSync, fs, input));
  Object.assign(fs, { fdatasync: sync, fdatasyncSync: syncNow, writeSync: write });
  syncBuiltinESMExports();
}

function watchGc(): void {
  const offset = nowMicros() - performance.now() * 1000;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      const from = offset + startTime * 1000;
      spans.push({ what: 'gc', from, to: from + duration * 1000 });
    }
  }).observe({ entryTypes: ['gc'] });
}

/** A timer that comes late tells of a long turn, and the kernel tells what the thread did meanwhile. */
function watchTurns(): void {
  const file = fs.openSync('/proc/thread-self/schedstat', 'r');
  const buffer = Buffer.alloc(64);
  const readSchedule = (): [ranMicros: number, waitedMicros: number] => {
    const bytes = fs.readSync(file, buffer, 0, buffer.length, 0);
    const [ran = 0, waited = 0] = buffer.toString('latin1', 0, bytes).split(' ').map(Number);
    return [ran / 1000, waited / 1000];
  };
  let from = nowMicros();
  let before = readSchedule();
  setInterval(() => {
    const to = nowMicros();
    const now = readSchedule();
    if (to - from > LONG_TURN_MICROS) {
      spans.push({ what: 'turn', from, to, ranMicros: now[0] - before[0], waitedMicros: now[1] - before[1] });
    }
    from = to;
    before = now;
  }, TICK_MS).unref();
}

function watchAnswers(): void {
  const port = workers.parentPort;
  if (port === null) return;
  const post = port.postMessage.bind(port);
  let askedAt = 0;
  port.on('message', () => (askedAt = nowMicros()));
  port.postMessage = (...input) => {
    if (askedAt > 0) spans.push({ what: 'busy', from: askedAt, to: nowMicros() });
    post(...input);
  };
}

function leaveSpans(): void {
  const folder = new URL(import.meta.url).searchParams.get('folder') ?? '.';
  const found: ThreadSpans = { script: process.argv[1] ?? '', spans };
  fs.writeFileSync(`${folder}/${process.pid}-${workers.threadId}.json`, JSON.stringify(found));
}

watchFiles();
watchGc();
if (workers.isMainThread) {
  watchTurns();
  // A process that does not listen itself would end without a word.
  process.on('SIGTERM', () => process.listenerCount('SIGTERM') === 1 && process.exit());
} else setTimeout(watchAnswers, 0);
process.on('exit', leaveSpans);
