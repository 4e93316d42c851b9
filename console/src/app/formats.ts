/** Figures and times in words, the same on every page. Money is exact: nano-USD, never a float. */
import { useSyncExternalStore } from 'react';
import { useLocale } from 'use-intl';
import { serverNow } from '#api';

const NANOS = 1_000_000_000n;
const MINUTE_MS = 60_000;
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', MINUTE_MS],
  ['second', 1_000],
];

/** Units with their size, the smallest first. */
type Units = readonly (readonly [unit: string, size: number])[];
const DURATIONS: Units = [
  ['millisecond', 1],
  ['second', 1_000],
  ['minute', MINUTE_MS],
  ['hour', 3_600_000],
  ['day', 86_400_000],
];
const SIZES: Units = [
  ['byte', 1],
  ['kilobyte', 1e3],
  ['megabyte', 1e6],
  ['gigabyte', 1e9],
  ['terabyte', 1e12],
];

export interface Formats {
  integer(value: number | bigint): string;
  /** At most two places behind the point. */
  decimal(value: number): string;
  /** Exact US dollars, e.g. `$0.000012345`; at least two places, no trailing zeros beyond. */
  money(nanos: number | bigint): string;
  milliseconds(value: number): string;
  /** A time that may be long, in its largest unit: "4 min", "2.5 hr". */
  duration(ms: number): string;
  bytes(value: number): string;
  percent(share: number): string;
  /** Date and time down to the second. */
  time(at: string | number): string;
  /** The same without the year, for columns. */
  moment(at: string | number): string;
  day(at: string | number): string;
  /** The time of day alone, down to the second. */
  clock(at: string | number): string;
  /** "3 minutes ago", by the server's clock. */
  age(at: string | number): string;
}

export function useFormats(): Formats {
  const locale = useLocale();
  useSyncExternalStore(subscribeToMinutes, readMinute);
  return createFormats(locale);
}

const made = new Map<string, Formats>();

function createFormats(locale: string): Formats {
  const known = made.get(locale);
  if (known !== undefined) return known;
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const two = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const age = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const formats: Formats = {
    integer: (value) => integer.format(value),
    decimal: (value) => two.format(value),
    money: formatNanos,
    milliseconds: (value) => (value < 1_000 ? `${one.format(value)} ms` : `${one.format(value / 1_000)} s`),
    duration: (ms) => formatUnit(locale, DURATIONS, ms),
    bytes: (value) => formatUnit(locale, SIZES, value),
    percent: (share) => percent.format(share),
    time: (at) => time.format(new Date(at)),
    moment: (at) => moment.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    clock: (at) => clock.format(new Date(at)),
    age(at) {
      const distance = new Date(at).getTime() - serverNow();
      const [unit, size] = STEPS.find(([, step]) => Math.abs(distance) >= step) ?? ['second', 1_000];
      return age.format(Math.round(distance / size), unit);
    },
  };
  made.set(locale, formats);
  return formats;
}

/** Exact, and the same in every language: what stands here may be copied into a calculation. */
function formatNanos(value: number | bigint): string {
  const nanos = BigInt(value);
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = (size % NANOS)
    .toString()
    .padStart(9, '0')
    .replace(/0{1,7}$/, '');
  return `${nanos < 0n ? '-' : ''}$${size / NANOS}.${fraction}`;
}

function formatUnit(locale: string, units: Units, value: number): string {
  const [unit, size] = units.findLast(([, least]) => value >= least) ?? units[0] ?? ['', 1];
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, style).format(value / size);
}

const readMinute = (): number => Math.floor(Date.now() / MINUTE_MS);

function subscribeToMinutes(listener: () => void): () => void {
  const timer = window.setInterval(listener, MINUTE_MS);
  return () => window.clearInterval(timer);
}
