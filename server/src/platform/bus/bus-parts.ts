/** What the parts of the bus work with. */
import type { Clock } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import type { EventAppender } from './port.ts';

export interface BusSettings {
  /** Deliveries of one event to one consumer before it becomes a dead letter. */
  attemptsMax: number;
  /** Pauses after the first, second, … failed attempt; the last one repeats. */
  backoffMs: readonly number[];
  /** After this long without a word from the process that took it, an event is handed out again; later each time. */
  ackWaitMs: number;
  /** Events that may share a transaction. */
  chunk: number;
  /** Look for work this often, in case a wake-up was lost. */
  sweepMs: number;
  /** Events stay in the outbox this long for replay. */
  keepDays: number;
}

export const DEFAULT_SETTINGS: BusSettings = {
  attemptsMax: 3,
  backoffMs: [1_000, 5_000],
  ackWaitMs: 30_000,
  chunk: 64,
  sweepMs: 30_000,
  keepDays: 31,
};

export interface BusParts {
  database: Database;
  clock: Clock;
  log: Log;
  events: EventAppender;
  nextUuid(): string;
  settings: BusSettings;
}

/** How many events that were tried so often may share a transaction now, and what counts as so often. */
export interface Company {
  tried: readonly [number, number];
  limit: number;
}

/** Tried so often, an event has been in company each time. */
export const TRIED_IN_COMPANY = 2;

/**
 * Events never tried before share transactions. Whatever ends a process takes all of them along: those come in smaller
 * company, then alone, so that in the end one is found guilty and the others are not.
 */
export function companies({ chunk }: Pick<BusSettings, 'chunk'>): readonly Company[] {
  return [
    { tried: [0, 0], limit: chunk },
    { tried: [1, 1], limit: Math.min(chunk, 8) },
    { tried: [TRIED_IN_COMPANY, 1_000_000], limit: 1 },
  ];
}

/**
 * After this many attempts of which nothing was heard the event is to blame: the last five were its alone. Where processes
 * are killed again and again for another reason, that happens to an innocent event three times in a row, five times hardly.
 */
export function attemptsUnheardMax({ attemptsMax }: BusSettings): number {
  return attemptsMax + 4;
}

/** After this long the broker has handed out, as often as it does, whatever was unacknowledged at the beginning. */
export function redeliveryMs({ ackWaitMs, attemptsMax }: BusSettings): number {
  return ackWaitMs * 2 ** (attemptsMax + 1);
}

/** The pause after so many failed attempts. */
export function backoffAfter({ backoffMs }: BusSettings, attempts: number): number {
  return backoffMs[Math.min(attempts, backoffMs.length) - 1] ?? 0;
}
