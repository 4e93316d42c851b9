import type { Ledger } from '#audit';
import type { Clock, ModulePlugin } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { createUsageProjection } from './usage-projection.ts';
import { createUsageRoute } from './usage-routes.ts';

/** Accounting's contribution: the usage projection and the route that reads it. */
export function createAccountingPlugin(deps: {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  log: Log;
}): ModulePlugin {
  const projection = createUsageProjection(deps);
  return {
    name: 'accounting',
    routes: [createUsageRoute({ ...deps, projection })],
    jobs: [projection],
    projections: [projection],
  };
}
