/** How far long work has come: a bar on a terminal, a line for each step elsewhere, lines of JSON with `--json`. */
import type { Clock } from '#kernel';
import type { CliStreams } from './output.ts';

export interface ProgressState {
  /** What is being done, in words that stand before the bar. */
  step: string;
  done: number;
  total: number;
}

export interface ProgressOptions {
  streams: CliStreams;
  clock: Pick<Clock, 'monotonicMs'>;
  json: boolean;
  /** Whether the progress can be drawn over itself. */
  terminal: boolean;
}

export interface ProgressView {
  show(state: ProgressState): void;
  /** Leaves the line, before anything else is written. */
  end(): void;
}

const REDRAW_MS = 100;
const JSON_MS = 1_000;
const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\u001b[2K';

/** A bar is drawn on the error stream, so that the result alone goes where it is sent; JSON lines go with the result. */
export function createProgressView({ streams, clock, json, terminal }: ProgressOptions): ProgressView {
  let shownMs = -Infinity;
  let step = '';
  let drawn = false;
  const write = (state: ProgressState): void => {
    if (json) return streams.out(`${JSON.stringify({ progress: state })}\n`);
    if (!terminal) return streams.err(`${state.step}: ${state.total.toLocaleString('en')}\n`);
    drawn = true;
    streams.err(`${CLEAR_LINE}${drawBar(state)}`);
  };
  return {
    show(state) {
      const everyMs = json ? JSON_MS : terminal ? REDRAW_MS : Infinity;
      const nowMs = clock.monotonicMs();
      const whole = state.done >= state.total && (json || terminal);
      if (state.step === step && !whole && nowMs - shownMs < everyMs) return;
      shownMs = nowMs;
      step = state.step;
      write(state);
    },
    end() {
      if (drawn) streams.err(CLEAR_LINE);
      drawn = false;
    },
  };
}

/** `receipt  [#########                     ]  30 %  300,000 of 1,000,000`. */
function drawBar({ step, done, total }: ProgressState): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '#'.repeat(filled).padEnd(BAR_WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${step.padEnd(28)} [${bar}] ${percent} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
}
