/** Russian: the page live. */
import type { live as English } from '../en/live.ts';

export const live: typeof English = {
  title: 'Сейчас',
  lead: 'Что работает, что ждёт и что отказало.',
};
