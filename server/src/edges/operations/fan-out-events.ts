/** Each event becomes a delivery for every webhook of its tenant that wants it, in the transaction of the inbox. */
import type { Clock, IdSource } from '#kernel';
import type { Bus, BusEvent } from '#platform/bus/port.ts';
import type { Tx } from '#platform/database/port.ts';
import type { WorkflowHandle } from '#platform/workflows/port.ts';
import type { DeliveryInput } from './deliver-webhook.ts';
import { insertDelivery, listEnabled } from './webhook-store.ts';
import { wantsSubject } from './webhooks.ts';

interface FanOut {
  bus: Pick<Bus, 'subscribe'>;
  clock: Clock;
  ids: IdSource;
  delivery: WorkflowHandle<DeliveryInput>;
}

/** Subscribes; to be called before events move. */
export function fanOutEvents({ bus, clock, ids, delivery }: FanOut): void {
  async function handle(event: BusEvent, tx: Tx): Promise<void> {
    const { tenantId, id: eventId, subject } = event;
    for (const webhook of await listEnabled(tx)) {
      if (!wantsSubject(webhook.events, subject)) continue;
      const id = ids.next('delivery');
      const workflowId = await delivery.start(tx, { tenantId, input: { deliveryId: id } });
      const body = JSON.stringify(event.envelope);
      const nowMs = clock.now();
      await insertDelivery(tx, { id, tenantId, webhookId: webhook.id, eventId, subject, body, workflowId, nowMs });
    }
  }
  bus.subscribe({ name: 'webhooks', subjects: ['>'], handle });
}
