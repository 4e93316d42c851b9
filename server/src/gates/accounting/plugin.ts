import type { Ledger } from '#audit';
import type { Clock, ModulePlugin } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createTagUsageProjection, createUsageProjection } from './usage-projection.ts';
import { createUsageRoutes } from './usage-routes.ts';

/** Accounting's contribution: the projections of usage and the routes that read them. */
export function createAccountingPlugin(deps: {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  log: Log;
}): ModulePlugin {
  const usage = createUsageProjection(deps);
  const tagUsage = createTagUsageProjection(deps);
  return {
    name: 'accounting',
    routes: createUsageRoutes({ ...deps, usage, tagUsage }),
    jobs: [usage, tagUsage],
    projections: [usage, tagUsage],
  };
}
