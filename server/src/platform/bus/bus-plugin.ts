import type { ModulePlugin } from '#kernel';
import type { Bus } from './port.ts';
import { createProjectionRoutes } from './projection-routes.ts';
import type { Projections } from './projections.ts';
import { createDeadEvents } from './show-events.ts';

/** What the bus contributes. Hand it over last: consumers subscribe before its job starts. */
export function createBusPlugin(bus: Bus, projections: Projections): ModulePlugin {
  return {
    name: 'events',
    routes: createProjectionRoutes(projections),
    jobs: [projections.job, bus.upkeep, bus.job],
    health: [{ name: 'events', servesWithout: true, check: () => bus.check() }],
    live: [bus.live],
    deadLetters: [createDeadEvents(bus.deadLetters)],
  };
}
