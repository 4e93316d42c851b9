/** When a key ends, as people choose it. */
import { serverNow } from '#api';

export const EXPIRIES = ['7', '30', '90', '365', 'day', 'never'] as const;
export type Expiry = (typeof EXPIRIES)[number];

const DAY_MS = 86_400_000;

/** The instant for the API; `null` for never and while no day is chosen. A day ends where the reader is. */
export function toInstant(expiry: string, day: string): string | null {
  if (expiry === 'never') return null;
  if (expiry !== 'day') return new Date(serverNow() + Number(expiry) * DAY_MS).toISOString();
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
