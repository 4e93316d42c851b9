/** German: the page usage. */
import type { usage as English } from '../en/usage.ts';

export const usage: typeof English = {
  title: 'Nutzung',
  lead: 'Was genutzt wurde und was es kostete, aus Belegen summiert.',
};
