import type { ModulePlugin } from '#kernel';
import type { Bus } from '#platform/bus/port.ts';
import type { Workflows } from '#platform/workflows/port.ts';
import type { WebhookDeps } from './create-webhook.ts';
import { defineDelivery } from './deliver-webhook.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { createWebhookRoutes } from './webhook-routes.ts';

export interface OperationsInputs extends WebhookDeps {
  bus: Pick<Bus, 'subscribe'>;
  workflows: Workflows;
}

/** What operations contributes. Defines its workflows and subscribes: call before jobs start. */
export function createOperationsPlugin(inputs: OperationsInputs): ModulePlugin {
  const delivery = defineDelivery(inputs.workflows, inputs);
  fanOutEvents({ ...inputs, delivery });
  return { name: 'operations', routes: createWebhookRoutes(inputs) };
}
