/** Ukrainian: the page usage. */
import type { usage as English } from '../en/usage.ts';

export const usage: typeof English = {
  title: 'Використання',
  lead: 'Що використано і скільки це коштувало, за квитанціями.',
};
