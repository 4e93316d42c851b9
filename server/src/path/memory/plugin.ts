import type { ModulePlugin } from '#kernel';
import type { Bus } from '#platform/bus/port.ts';
import { forgetOwner, type MemoryDeps } from './keep-conversations.ts';
import { createSessionRoutes } from './session-routes.ts';

export interface MemoryInputs extends MemoryDeps {
  bus: Pick<Bus, 'subscribe'>;
}

/** What memory contributes. Subscribes: call before jobs start. */
export function createMemoryPlugin(inputs: MemoryInputs): ModulePlugin {
  inputs.bus.subscribe({
    name: 'conversations',
    subjects: ['identity.key-revoked.v1'],
    // An owner may have conversations in tenants beside the key's own.
    as: 'operator',
    handle: (event, tx) => forgetOwner(tx, event.aggregate.id),
  });
  return { name: 'memory', routes: createSessionRoutes(inputs) };
}
