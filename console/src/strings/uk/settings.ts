/** Ukrainian: the page settings. */
import type { settings as English } from '../en/settings.ts';

export const settings: typeof English = {
  title: 'Налаштування',
  lead: 'Що діє і звідки походить кожне значення.',
};
