/** The workflow of one delivery: attempts with growing pauses, then a dead letter. */
import { asDeliveryId, type DeliveryId } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import { StepFailed, type WorkflowContext, type WorkflowHandle, type Workflows } from '#platform/workflows/port.ts';
import { sendDelivery, type DeliveryDeps, type Sent } from './send-delivery.ts';
import { deleteDeliveries, disableWebhook, findDelivery, updateDelivery, type Attempted } from './webhook-store.ts';
import { pauseAfter } from './webhooks.ts';

export interface DeliveryInput {
  deliveryId: string;
}

/** The name of the workflow of a delivery. */
export const DELIVERY = 'webhook-delivery';

const QUEUE = 'webhooks';
const KEEP_MS = 30 * 24 * 3_600_000;

/** Defines the delivery and the daily sweep. A replay of a dead letter is one more attempt. */
export function defineDelivery(workflows: Workflows, deps: DeliveryDeps): WorkflowHandle<DeliveryInput> {
  workflows.limitQueue(QUEUE, { concurrency: 32, perTenant: 8 });
  workflows.define({
    name: 'webhook-sweep',
    cron: '17 3 * * *',
    run: (context) => context.step('sweep', () => sweep(deps.database, deps.clock.now())),
  });
  return workflows.define({
    name: DELIVERY,
    queue: QUEUE,
    run: (context, input: DeliveryInput) => deliver(deps, context, asDeliveryId(input.deliveryId)),
  });
}

async function deliver(deps: DeliveryDeps, context: WorkflowContext, id: DeliveryId): Promise<void> {
  let attempt = 1;
  try {
    for (; ; attempt += 1) {
      const pauseMs = await tryOnce(deps, context, { id, attempt });
      if (pauseMs === null) return;
      await context.sleep(`pause ${attempt}`, pauseMs);
    }
  } catch (error) {
    const reason = error instanceof StepFailed ? error.reason : String(error);
    await context.transact('give up', (tx) =>
      updateDelivery(tx, id, { state: 'failed', attempts: attempt, status: null, reason, nowMs: deps.clock.now() }),
    );
    throw error;
  }
}

interface Trial {
  id: DeliveryId;
  attempt: number;
}

/** Answers how long to wait for the next attempt, `null` where none is needed. Rejects when the last one failed. */
async function tryOnce(deps: DeliveryDeps, context: WorkflowContext, { id, attempt }: Trial): Promise<number | null> {
  const { sent, pauseMs } = await context.step(`attempt ${attempt}`, async ({ signal }) => {
    const answered = await sendDelivery(deps, { tenantId: context.tenantId, id, signal });
    if (answered.type !== 'failed') return { sent: answered, pauseMs: null };
    const pause = pauseAfter(attempt, deps.random.fraction(), answered.retryAfterMs);
    // As a failed step the attempt is what a replay of the dead letter does again.
    if (pause === null) throw new Error(answered.reason);
    return { sent: answered, pauseMs: pause };
  });
  await context.transact(`note ${attempt}`, (tx) => noteAttempt(deps, tx, { id, attempt, sent }));
  return pauseMs;
}

async function noteAttempt(deps: DeliveryDeps, tx: Tx, { id, attempt, sent }: Trial & { sent: Sent }): Promise<void> {
  const nowMs = deps.clock.now();
  await updateDelivery(tx, id, { ...toOutcome(sent), attempts: attempt, nowMs });
  if (sent.type !== 'gone') return;
  const delivery = await findDelivery(tx, id);
  if (delivery !== null) await disableWebhook(tx, delivery.delivery.webhookId, GONE, nowMs);
}

const GONE = 'its receiver answered 410 Gone';

function toOutcome(sent: Sent): Pick<Attempted, 'state' | 'status' | 'reason'> {
  switch (sent.type) {
    case 'delivered':
      return { state: 'delivered', status: sent.status, reason: null };
    case 'gone':
      return { state: 'failed', status: sent.status, reason: GONE };
    case 'dropped':
      return { state: 'failed', status: null, reason: sent.reason };
    case 'failed':
      return { state: 'pending', status: sent.status, reason: sent.reason };
  }
}

async function sweep(database: Database, nowMs: number): Promise<number> {
  return database.asRole('operator', (tx) => deleteDeliveries(tx, nowMs - KEEP_MS));
}
