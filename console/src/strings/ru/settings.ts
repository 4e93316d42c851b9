/** Russian: the page settings. */
import type { settings as English } from '../en/settings.ts';

export const settings: typeof English = {
  title: 'Настройки',
  lead: 'Что действует и откуда каждое значение.',
};
