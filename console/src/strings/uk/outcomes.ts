/** Ukrainian: how an attempt on a provider ended. */
import type { outcomes as English } from '../en/outcomes.ts';

export const outcomes: typeof English = {
  ok: 'відповідь є',
  connect: 'немає з’єднання',
  reset: 'з’єднання обірвалося',
  timeout: 'час очікування вийшов',
  invalid: 'відповідь, яку не вдалося прочитати',
  unsupported: 'не вміє такого виклику',
  aborted: 'викликач пішов',
  'broken-stream': 'потік обірвався',
  'breaker-open': 'не запитано: запобіжник',
  status: 'відповідь {status}',
};
