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
  filters: 'Фільтри',
  'filters-clear': 'Очистити все',
  'filter-remove': 'Зняти фільтр {name}: {value}',
  'facet-all': 'Показати всі {count, number}',
  'facet-fewer': 'Показати менше',
  apply: 'Застосувати',
  'range-from': 'Від',
  'range-to': 'До',
  'range-backwards': 'Це раніше за початок.',
  step: 'Крок',
  'step-start': 'Початок',
  'step-took': 'Тривав',
};
