/** Russian: the page design. */
import type { design as English } from '../en/design.ts';

export const design: typeof English = {
  title: 'Дизайн-система',
  lead: 'Все компоненты, как их используют страницы.',
};
