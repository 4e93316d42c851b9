/** German: the page receipts. */
import type { receipts as English } from '../en/receipts.ts';

export const receipts: typeof English = {
  title: 'Belege',
  lead: 'Einer je Aufruf: wer, warum erlaubt, welcher Weg, welche Kosten.',
};
