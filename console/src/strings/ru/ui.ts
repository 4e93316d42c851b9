/** Russian: the words of the design system. */
import type { ui as English } from '../en/ui.ts';

export const ui: typeof English = {
  close: 'Закрыть',
  cancel: 'Отмена',
  dismiss: 'Убрать',
  loading: 'Загрузка…',
  copy: 'Копировать',
  copied: 'Скопировано',
  'row-next': 'Следующая строка',
  'row-previous': 'Предыдущая строка',
  'row-close': 'Закрыть панель',
  'show-table': 'Показать таблицей',
  'show-chart': 'Показать графиком',
  point: 'Точка',
  filters: 'Фильтры',
  'filters-clear': 'Очистить всё',
  'filter-remove': 'Снять фильтр {name}: {value}',
  'facet-all': 'Показать все {count, number}',
  'facet-fewer': 'Показать меньше',
  apply: 'Применить',
  'range-from': 'От',
  'range-to': 'До',
  'range-backwards': 'Это раньше начала.',
  step: 'Шаг',
  'step-start': 'Начало',
  'step-took': 'Занял',
};
