/** Russian: the page receipts. */
import type { receipts as English } from '../en/receipts.ts';

export const receipts: typeof English = {
  title: 'Квитанции',
  lead: 'По одной на вызов: кто, почему разрешено, каким путём, сколько стоило.',
};
