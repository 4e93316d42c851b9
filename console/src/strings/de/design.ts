/** German: the page design. */
import type { design as English } from '../en/design.ts';

export const design: typeof English = {
  title: 'Designsystem',
  lead: 'Jede Komponente, wie Seiten sie verwenden.',
};
