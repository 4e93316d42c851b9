/** Ukrainian: the words of the design system. */
import type { ui as English } from '../en/ui.ts';

export const ui: typeof English = {
  close: 'Закрити',
  cancel: 'Скасувати',
  dismiss: 'Прибрати',
  loading: 'Завантаження…',
  copy: 'Копіювати',
  copied: 'Скопійовано',
  'row-next': 'Наступний рядок',
  'row-previous': 'Попередній рядок',
  'row-close': 'Закрити панель',
  'show-table': 'Показати таблицею',
  'show-chart': 'Показати графіком',
  point: 'Точка',
};
