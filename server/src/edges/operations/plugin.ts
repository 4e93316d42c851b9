import type { Clock, ModulePlugin } from '#kernel';
import type { Bus } from '#platform/bus/port.ts';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import type { Workflows } from '#platform/workflows/port.ts';
import type { WebhookDeps } from './create-webhook.ts';
import { createDeadLetterRoutes } from './dead-letter-routes.ts';
import { createFailedDeliveries } from './dead-letter-wire.ts';
import { defineDelivery } from './deliver-webhook.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { createLiveRoute, createSettingsRoute } from './report-routes.ts';
import { createTestRoutes, type TestDeps } from './test-routes.ts';
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

export interface OverviewInputs extends TestDeps {
  /** Every room's contribution: what they show comes together here. */
  plugins: readonly ModulePlugin[];
  database: Database;
  clock: Clock;
  log: Log;
}

/** What people look at who keep the installation running. To be made last, over all other plugins. */
export function createOverviewPlugin({ plugins, database, clock, log, ...test }: OverviewInputs): ModulePlugin {
  const live = plugins.flatMap((plugin) => plugin.live ?? []);
  const settings = plugins.flatMap((plugin) => plugin.settings ?? []);
  const sources = plugins.flatMap((plugin) => plugin.deadLetters ?? []);
  return {
    name: 'overview',
    routes: [
      createLiveRoute({ parts: live, clock, log }),
      createSettingsRoute({ parts: settings, clock, log }),
      ...createTestRoutes(test),
      ...createDeadLetterRoutes({ sources, deliveries: createFailedDeliveries(database) }),
    ],
  };
}
