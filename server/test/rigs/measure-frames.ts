/** How much a page works for each frame that it shows, in CPU time: a busy machine makes frames late, and that is no fault of the page. */
import type { Browser, Page } from 'playwright-core';

export interface FrameWork {
  frames: number;
  /** The work between two frames in which there was most, in ms of the page's main thread. */
  worstMs: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  /** CPU time in µs, where it is known. */
  tdur?: number;
  args?: { name?: string };
}

const TASK = 'ThreadControllerImpl::RunTask';
const FRAME = 'FireAnimationFrame';
/** Has the page show frames all the time. */
const KEEP_SHOWING = `{
  const own = (globalThis.showing = (globalThis.showing ?? 0) + 1);
  const next = () => { if (own === globalThis.showing) requestAnimationFrame(next); };
  next();
}`;

/** Measures while `act` runs. */
export async function measureFrames(browser: Browser, page: Page, act: () => Promise<void>): Promise<FrameWork> {
  await page.evaluate(KEEP_SHOWING);
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  try {
    await act();
  } finally {
    await page.evaluate('globalThis.showing += 1');
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return addUp(traceEvents);
}

function addUp(events: readonly TraceEvent[]): FrameWork {
  const shown = events.filter(({ name, ph }) => name === FRAME && ph !== 'E');
  const threads = new Map<string, TraceEvent[]>();
  for (const event of shown) threads.set(threadOf(event), [...(threads.get(threadOf(event)) ?? []), event]);
  // Of all pages the one that shows most is the one that was asked to.
  const [thread = '', own = []] = [...threads].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  const starts = own.map(({ ts }) => ts).toSorted((a, b) => a - b);
  const work = Array.from({ length: starts.length }, () => 0);
  for (const event of events) {
    if (event.name !== TASK || threadOf(event) !== thread || event.tdur === undefined) continue;
    const frame = starts.findLastIndex((start) => start <= event.ts);
    if (frame !== -1) work[frame] = (work[frame] ?? 0) + event.tdur;
  }
  return { frames: starts.length, worstMs: Math.max(0, ...work) / 1_000 };
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}
