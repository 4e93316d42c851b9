/** Days and moments as texts that databases take: `Date.parse` makes March of 30 February, PostgreSQL refuses it. */

/** A day that exists, after the year 0: `2026-11-21`. */
export function isDay(text: string): boolean {
  return isMoment(`${text}T00:00:00.000Z`);
}

/** A moment that exists, as `toISOString` writes it. */
export function isMoment(text: string): boolean {
  const ms = /^\d{4}-/.test(text) && !text.startsWith('0000') ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}
