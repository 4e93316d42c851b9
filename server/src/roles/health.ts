/** Liveness, readiness, start-up: what probes and people ask. */
import Type from 'typebox';
import type { HealthCheck, JsonRoute, RouteReply } from '#kernel';

export interface Lifecycle {
  started: boolean;
  draining: boolean;
}

interface HealthDeps {
  lifecycle: Lifecycle;
  /** Everything that a healthy server needs. */
  checks: readonly HealthCheck[];
  /** What serving calls needs. */
  trafficChecks: readonly HealthCheck[];
}

const Report = Type.Object({
  status: Type.String(),
  checks: Type.Record(Type.String(), Type.String()),
});

export function createHealthRoutes(deps: HealthDeps): JsonRoute[] {
  const route = (path: string, summary: string, handle: JsonRoute['handle']): JsonRoute => ({
    kind: 'json',
    method: 'GET',
    path,
    permission: 'public',
    summary,
    schema: { reply: { 200: Report, 503: Report } },
    handle,
  });
  const alive: RouteReply = { status: 200, body: { status: 'ok', checks: {} } };
  return [
    route('/livez', 'The process runs. Never looks at anything else.', () => Promise.resolve(alive)),
    route('/startupz', 'The start is finished.', () => Promise.resolve(started(deps.lifecycle))),
    route('/readyz', 'Ready: started, not draining, every dependency answers.', ({ query }) =>
      ready(deps.lifecycle, query.for === 'traffic' ? deps.trafficChecks : deps.checks),
    ),
    route('/healthz', 'Every dependency, one by one.', () => ready(deps.lifecycle, deps.checks)),
  ];
}

function started(lifecycle: Lifecycle): RouteReply {
  if (lifecycle.started) return { status: 200, body: { status: 'ok', checks: {} } };
  return { status: 503, body: { status: 'starting', checks: {} } };
}

async function ready(lifecycle: Lifecycle, checks: readonly HealthCheck[]): Promise<RouteReply> {
  const found = await Promise.all(checks.map(async ({ name, check }) => [name, (await check()) ?? 'ok'] as const));
  const healthy = found.every(([, state]) => state === 'ok');
  const status = lifecycle.draining ? 'draining' : !lifecycle.started ? 'starting' : healthy ? 'ok' : 'failing';
  return { status: status === 'ok' ? 200 : 503, body: { status, checks: Object.fromEntries(found) } };
}
