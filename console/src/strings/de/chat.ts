/** German: the page chat. */
import type { chat as English } from '../en/chat.ts';

export const chat: typeof English = {
  title: 'Chat',
  lead: 'Fragen Sie ein Modell. Jede Antwort hat Preis und Beleg.',
};
