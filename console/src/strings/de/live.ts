/** German: the page live. */
import type { live as English } from '../en/live.ts';

export const live: typeof English = {
  title: 'Live',
  lead: 'Was läuft, was wartet und was fehlgeschlagen ist.',
};
