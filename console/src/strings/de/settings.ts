/** German: the page settings. */
import type { settings as English } from '../en/settings.ts';

export const settings: typeof English = {
  title: 'Einstellungen',
  lead: 'Was gilt und woher jeder Wert kommt.',
};
