/** Ukrainian: the page receipts. */
import type { receipts as English } from '../en/receipts.ts';

export const receipts: typeof English = {
  title: 'Квитанції',
  lead: 'По одній на виклик: хто, чому дозволено, яким шляхом, скільки коштувало.',
};
