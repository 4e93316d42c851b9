/** Russian: the page usage. */
import type { usage as English } from '../en/usage.ts';

export const usage: typeof English = {
  title: 'Использование',
  lead: 'Что использовано и сколько это стоило, по квитанциям.',
};
