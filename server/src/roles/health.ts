/** Liveness, readiness, start-up: what probes and people ask. */
import Type from 'typebox';
import type { HealthCheck, JsonRoute, Role, RouteReply } from '#kernel';
import type { Lifecycle } from './lifecycle.ts';

interface HealthDeps {
  lifecycle: Lifecycle;
  /** What this process is there for. */
  roles: readonly Role[];
  /** Everything that a healthy server needs. */
  checks: readonly HealthCheck[];
  /** What serving calls needs. */
  trafficChecks: readonly HealthCheck[];
}

const Report = Type.Object({
  status: Type.String(),
  roles: Type.Array(Type.String()),
  checks: Type.Record(Type.String(), Type.String()),
});

export function createHealthRoutes(deps: HealthDeps): JsonRoute[] {
  const route = (path: string, summary: string, handle: JsonRoute['handle']): JsonRoute => ({
    kind: 'json',
    method: 'GET',
    path,
    permission: 'public',
    role: 'every',
    summary,
    schema: { reply: { 200: Report, 503: Report } },
    handle,
  });
  const { lifecycle, roles, checks, trafficChecks } = deps;
  const alive: RouteReply = { status: 200, body: { status: 'ok', roles, checks: {} } };
  return [
    route('/livez', 'The process runs. Never looks at anything else.', () => Promise.resolve(alive)),
    route('/startupz', 'The start is finished.', () => Promise.resolve(started(deps))),
    route('/readyz', 'Ready: started, not draining, every dependency answers.', ({ query }) =>
      ready(lifecycle, roles, query.for === 'traffic' ? trafficChecks : checks),
    ),
    route('/healthz', 'Every dependency, one by one.', () => ready(lifecycle, roles, checks)),
  ];
}

function started({ lifecycle, roles }: HealthDeps): RouteReply {
  const starting = lifecycle.phase === 'starting';
  return { status: starting ? 503 : 200, body: { status: starting ? 'starting' : 'ok', roles, checks: {} } };
}

async function ready(
  lifecycle: Lifecycle,
  roles: readonly Role[],
  checks: readonly HealthCheck[],
): Promise<RouteReply> {
  const found = await Promise.all(checks.map(async ({ name, check }) => [name, (await check()) ?? 'ok'] as const));
  const healthy = found.every(([, state]) => state === 'ok');
  const status = lifecycle.phase !== 'ready' ? lifecycle.phase : healthy ? 'ok' : 'failing';
  return { status: status === 'ok' ? 200 : 503, body: { status, roles, checks: Object.fromEntries(found) } };
}
