/** Dead letters as the management API shows them. */
import Type, { type Static } from 'typebox';
import { ActionSchema, asWorkflowId, type DeadLetterView } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import { DELIVERY } from './deliver-webhook.ts';
import { findFailedDeliveries, type FailedDelivery } from './webhook-store.ts';

export const STATES = ['open', 'replayed', 'discarded'] as const;

const Nullable = Type.Union([Type.String(), Type.Null()]);

export const LetterSchema = Type.Object({
  id: Type.String(),
  source: Type.Enum(['events', 'workflows', 'webhooks']),
  tenant_id: Nullable,
  /** The consumer or the workflow that failed. */
  name: Type.String(),
  subject: Nullable,
  reason: Type.String(),
  attempts: Type.Union([Type.Integer(), Type.Null()]),
  created_at: Type.String(),
  state: Type.Enum([...STATES]),
  settled_at: Nullable,
  settled_by: Nullable,
  note: Nullable,
  /** The event's envelope; of a delivery where it should have gone. */
  detail: Type.Unknown(),
  links: Type.Object({ actions: Type.Record(Type.String(), ActionSchema) }),
});
export type LetterReply = Static<typeof LetterSchema>;

export interface FoundLetter {
  source: string;
  letter: DeadLetterView;
}

export type FailedDeliveries = (found: readonly FoundLetter[]) => Promise<Map<string, FailedDelivery>>;

/** What is known of the deliveries behind failed runs, by the run's id. Where they should have gone is the tenant's alone. */
export function createFailedDeliveries(database: Database): FailedDeliveries {
  return async (found) => {
    const letters = found.flatMap(({ letter }) => (letter.name === DELIVERY ? [letter] : []));
    const known = new Map<string, FailedDelivery>();
    for (const [tenantId, own] of Map.groupBy(letters, (letter) => letter.tenantId)) {
      if (tenantId === null) continue;
      const runs = own.map(({ id }) => asWorkflowId(id));
      const deliveries = await database.forTenant({ tenantId }, (tx) => findFailedDeliveries(tx, runs));
      for (const [run, delivery] of deliveries) known.set(run, delivery);
    }
    return known;
  };
}

export async function toLetterReply(
  deliveries: FailedDeliveries,
  found: readonly FoundLetter[],
): Promise<LetterReply[]> {
  const known = await deliveries(found);
  return found.map(({ source, letter }) => {
    const delivery = known.get(letter.id);
    return {
      id: letter.id,
      source: letter.name === DELIVERY ? 'webhooks' : source === 'events' ? 'events' : 'workflows',
      tenant_id: letter.tenantId,
      name: letter.name,
      subject: delivery?.subject ?? letter.subject,
      reason: letter.reason,
      attempts: delivery?.attempts ?? letter.attempts,
      created_at: letter.createdAt,
      state: letter.state,
      settled_at: letter.settledAt,
      settled_by: letter.settledBy,
      note: letter.note,
      detail: delivery === undefined ? letter.detail : { webhook_id: delivery.webhookId, url: delivery.url },
      links: { actions: letter.state === 'open' ? listActions(letter.id) : {} },
    };
  });
}

function listActions(id: string) {
  const href = `/api/v1/dead-letters/${id}`;
  return { replay: { method: 'POST', href: `${href}/replay` }, discard: { method: 'DELETE', href } };
}
