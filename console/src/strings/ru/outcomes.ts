/** Russian: how an attempt on a provider ended. */
import type { outcomes as English } from '../en/outcomes.ts';

export const outcomes: typeof English = {
  ok: 'ответ есть',
  connect: 'нет соединения',
  reset: 'соединение оборвалось',
  timeout: 'время ожидания вышло',
  invalid: 'ответ, который не удалось прочитать',
  unsupported: 'не умеет такой вызов',
  aborted: 'вызывающий ушёл',
  'broken-stream': 'поток оборвался',
  'breaker-open': 'не спрошен: предохранитель',
  status: 'ответ {status}',
};
