/** Ukrainian: the page live. */
import type { live as English } from '../en/live.ts';

export const live: typeof English = {
  title: 'Наживо',
  lead: 'Що працює, що чекає і що відмовило.',
};
