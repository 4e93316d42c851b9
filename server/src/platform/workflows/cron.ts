/** Schedules in the five fields of cron, in UTC: minute, hour, day of month, month, day of week (0 and 7 are Sunday). */

export interface Schedule {
  /** The first instant after `afterMs`, ms since the epoch. */
  next(afterMs: number): number;
}

const FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of week', from: 0, to: 7 },
] as const;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A leap day comes at the latest after eight years. */
const DAYS_AHEAD_MAX = 8 * 366;

/** Takes `*`, numbers, `a-b`, `x/n` and lists of them. Throws `TypeError` on anything else, and on dates that never come. */
export function parseCron(text: string): Schedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new TypeError(`"${text}" has ${parts.length} fields instead of five`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, at) => parseField(parts[at] ?? '', field));
  // As everywhere: where both kinds of day are narrowed, either is enough.
  const bothNarrowed = parts[2] !== '*' && parts[4] !== '*';

  function fitsDay(date: Date): boolean {
    if (!months?.has(date.getUTCMonth() + 1)) return false;
    const inMonth = days?.has(date.getUTCDate()) ?? false;
    const inWeek = weekdays?.has(date.getUTCDay()) || (date.getUTCDay() === 0 && (weekdays?.has(7) ?? false));
    return bothNarrowed ? inMonth || inWeek : inMonth && inWeek;
  }

  function next(afterMs: number): number {
    let at = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    const last = at + DAYS_AHEAD_MAX * DAY_MS;
    while (at < last) {
      const date = new Date(at);
      if (!fitsDay(date)) at = Math.floor(at / DAY_MS) * DAY_MS + DAY_MS;
      else if (!hours?.has(date.getUTCHours())) at = Math.floor(at / HOUR_MS) * HOUR_MS + HOUR_MS;
      else if (!minutes?.has(date.getUTCMinutes())) at += MINUTE_MS;
      else return at;
    }
    throw new TypeError(`"${text}" never comes`);
  }

  next(0);
  return { next };
}

function parseField(text: string, { name, from, to }: (typeof FIELDS)[number]): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const found = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (found === null) throw new TypeError(`"${part}" is no ${name}`);
    const [, any, first, last, step] = found;
    const start = any === undefined ? Number(first) : from;
    const end = any === undefined && step === undefined ? Number(last ?? first) : Number(last ?? to);
    const by = Number(step ?? 1);
    if (start < from || end > to || start > end || by < 1) throw new TypeError(`"${part}" is no ${name}`);
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return values;
}
