/** Whatever can be refused of a request without its body: a flood of large bodies must cost whoever sends it more than us. */
import type { FastifyRequest } from 'fastify';
import type { Route, Scope } from '#kernel';
import { identify, type Identifier } from './http-identify.ts';

/** Finds out who asks, for the handler. Throws or rejects as `identify` does, and with what the route has against the head. */
export function admitRequest(identifier: Identifier, request: FastifyRequest, route: Route): undefined | Promise<void> {
  const scope = identify(identifier, request.raw, request.requestId, route.permission);
  if (scope instanceof Promise) return scope.then((found) => enter(request, route, found));
  enter(request, route, scope);
  return undefined;
}

function enter(request: FastifyRequest, route: Route, scope: Scope): void {
  request.scope = scope;
  if (route.kind !== 'raw' || route.admit === undefined) return;
  route.admit({
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
  });
}
