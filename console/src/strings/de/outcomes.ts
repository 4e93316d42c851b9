/** German: how an attempt on a provider ended. */
import type { outcomes as English } from '../en/outcomes.ts';

export const outcomes: typeof English = {
  ok: 'beantwortet',
  connect: 'keine Verbindung',
  reset: 'die Verbindung brach ab',
  timeout: 'es dauerte zu lange',
  invalid: 'eine Antwort, die nicht zu lesen ist',
  unsupported: 'kann diesen Aufruf nicht tragen',
  aborted: 'der Aufrufer ging',
  'broken-stream': 'der Stream brach ab',
  'breaker-open': 'nicht gefragt: Sicherung offen',
  status: 'Antwort {status}',
};
