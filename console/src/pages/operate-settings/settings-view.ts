/** What is in force, as the server tells it. It changes with a start of Reeve and not before. */
import { useQuery } from '@tanstack/react-query';
import { call, type Reply } from '#api';
import type { Formats } from '#app';

export type SettingsView = Reply<'GET /api/v1/settings'>;
export type Provider = NonNullable<SettingsView['providers']>[number];
export type Setup = NonNullable<Provider['setup']>;
export type Model = NonNullable<SettingsView['models']>[number];
export type Price = NonNullable<SettingsView['prices']>['rows'][number];
export type Origin = Setup['origin'];

export function useSettings() {
  return useQuery({
    queryKey: ['settings', 'view'],
    queryFn: ({ signal }) => call('GET /api/v1/settings', { signal }),
    staleTime: 60_000,
  });
}

const NANOS = 1e9;

/** Prices are listed in USD per million tokens; shown as exactly as all money is. */
export function usd(formats: Formats, value: number): string {
  return formats.money(Math.round(value * NANOS));
}

/** Whether all words of `sought` stand in one of the texts, in any case. */
export function fits(sought: string, ...texts: readonly string[]): boolean {
  const whole = texts.join(' ').toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
