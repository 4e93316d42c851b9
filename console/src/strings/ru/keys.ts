/** Russian: the page keys. */
import type { keys as English } from '../en/keys.ts';

export const keys: typeof English = {
  title: 'Ключи',
  lead: 'Чем программы вызывают Reeve: ключ может то, что говорят его права.',
};
