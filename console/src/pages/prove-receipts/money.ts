/** Dollars as people write them, and nano-USD as the API takes them; exact, without floats. */
const DOLLARS = /^\$?\s*(\d{1,6})(?:[.,](\d{0,9}))?$/;

/** `null` where it is no amount. */
export function toNanos(dollars: string): string | null {
  const [, whole, fraction = ''] = DOLLARS.exec(dollars.trim()) ?? [];
  return whole === undefined ? null : String(BigInt(whole + fraction.padEnd(9, '0')));
}

/** Whatever stands in a URL; what is no amount stays as it is, and the server says so. */
export function toDollars(nanos: string): string {
  if (!/^\d+$/.test(nanos)) return nanos;
  const text = nanos.padStart(10, '0');
  return `${text.slice(0, -9)}.${text.slice(-9)}`.replace(/\.?0+$/, '');
}
