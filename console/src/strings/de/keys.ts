/** German: the page keys. */
import type { keys as English } from '../en/keys.ts';

export const keys: typeof English = {
  title: 'Schlüssel',
  lead: 'Womit Programme Reeve rufen: Ein Schlüssel darf, was seine Rechte sagen.',
};
