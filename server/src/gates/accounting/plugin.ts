import type { Ledger } from '#audit';
import type { Clock, FindOrigin, ModulePlugin } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import type { ListedProvider, PriceBook } from './price-book.ts';
import { createPricesPart } from './show-prices.ts';
import { createTagUsageProjection, createUsageProjection } from './usage-projection.ts';
import { createUsageRoutes } from './usage-routes.ts';

/** Accounting's contribution: the projections of usage, the routes that read them, and the prices in force. */
export function createAccountingPlugin(deps: {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  log: Log;
  prices: PriceBook;
  providers: readonly ListedProvider[];
  findOrigin: FindOrigin;
}): ModulePlugin {
  const usage = createUsageProjection(deps);
  const tagUsage = createTagUsageProjection(deps);
  return {
    name: 'accounting',
    routes: createUsageRoutes({ ...deps, usage, tagUsage }),
    jobs: [usage, tagUsage],
    projections: [usage, tagUsage],
    settings: [createPricesPart(deps)],
  };
}
