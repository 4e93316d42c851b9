/** Ukrainian: the page keys. */
import type { keys as English } from '../en/keys.ts';

export const keys: typeof English = {
  title: 'Ключі',
  lead: 'Чим програми викликають Reeve: ключ може те, що кажуть його права.',
};
