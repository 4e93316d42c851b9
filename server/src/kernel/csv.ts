/** CSV as RFC 4180 has it, and safe to open in a spreadsheet. */

export type CsvValue = string | number | bigint | boolean | null;

/** One line with its line end. Texts that a spreadsheet would take for a formula get an apostrophe in front. */
export function toCsvLine(values: readonly CsvValue[]): string {
  return `${values.map(toCell).join(',')}\r\n`;
}

/** Full-width signs count too: some spreadsheets take them for the plain ones. */
const FORMULA = /^[\s\u0000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function toCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
