/** The routes of the program itself beside those of its rooms: health, metrics, version, the API's description, the console. */
import Type from 'typebox';
import type { HealthCheck, JsonRoute, ModulePlugin, RawRoute, Role, Route } from '#kernel';
import type { Database } from '../platform/database/port.ts';
import type { Telemetry } from '../platform/telemetry/port.ts';
import { createConsoleRoutes } from './console-files.ts';
import { createHealthRoutes } from './health.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createOpenApi } from './openapi.ts';
import { VERSION } from './version.ts';

interface ServiceDeps {
  plugins: readonly ModulePlugin[];
  lifecycle: Lifecycle;
  roles: readonly Role[];
  database: Database;
  renderMetrics: Telemetry['metrics']['render'];
}

/** Every route of the program, in the order in which the description lists them; what browsers load is not described. */
export function createServiceRoutes({ plugins, lifecycle, roles, database, renderMetrics }: ServiceDeps): Route[] {
  const rooms = plugins.flatMap((plugin) => plugin.routes ?? []);
  const all = plugins.flatMap((plugin) => plugin.health ?? []);
  const traffic = all.filter((check) => check.servesWithout !== true);
  const store: HealthCheck = { name: 'database', check: () => database.check() };
  const own: Route[] = [
    ...createHealthRoutes({
      lifecycle,
      roles,
      checks: [store, ...all],
      // PostgreSQL away: keys are read again each second, so calls are refused then. The embedded store has no such need.
      trafficChecks: database.engine === 'postgres' ? [store, ...traffic] : traffic,
    }),
    createMetricsRoute(renderMetrics),
    createVersionRoute(),
  ];
  const described: Route[] = [...rooms, ...own];
  return [...described, createDescriptionRoute(described), ...createConsoleRoutes()];
}

function createMetricsRoute(render: Telemetry['metrics']['render']): RawRoute {
  return {
    kind: 'raw',
    method: 'GET',
    path: '/metrics',
    permission: 'public',
    role: 'every',
    summary: 'Metrics in the Prometheus text format.',
    async handle(exchange) {
      const { contentType, text } = await render();
      exchange.send(200, { 'content-type': contentType }, text);
    },
  };
}

function createVersionRoute(): JsonRoute {
  const reply = Type.Object({ name: Type.String(), version: Type.String() });
  return {
    kind: 'json',
    method: 'GET',
    path: '/api/version',
    permission: 'public',
    role: 'every',
    summary: 'The version that runs.',
    schema: { reply: { 200: reply } },
    handle: () => Promise.resolve({ status: 200, body: { name: 'reeve', version: VERSION } }),
  };
}

function createDescriptionRoute(routes: readonly Route[]): JsonRoute {
  const description = createOpenApi(routes, VERSION);
  return {
    kind: 'json',
    method: 'GET',
    path: '/api/v1/openapi.json',
    permission: 'public',
    summary: 'This description.',
    schema: { reply: { 200: Type.Unknown() } },
    handle: () => Promise.resolve({ status: 200, body: description }),
  };
}
