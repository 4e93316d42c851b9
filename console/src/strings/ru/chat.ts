/** Russian: the page chat. */
import type { chat as English } from '../en/chat.ts';

export const chat: typeof English = {
  title: 'Чат',
  lead: 'Спросите модель. У каждого ответа есть цена и квитанция.',
};
