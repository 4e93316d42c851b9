/** Ukrainian: the page chat. */
import type { chat as English } from '../en/chat.ts';

export const chat: typeof English = {
  title: 'Чат',
  lead: 'Запитайте модель. Кожна відповідь має ціну та квитанцію.',
};
