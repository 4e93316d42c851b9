/** Whatever can be refused of a request without its body: a flood of large bodies must cost whoever sends it more than us. */
import type { FastifyRequest } from 'fastify';
import type { Route } from '#kernel';
import { identify, type Identifier } from './http-identify.ts';

/** Finds out who asks, for the handler. Throws as `identify` does, and what the route has against the head. */
export async function admitRequest(identifier: Identifier, request: FastifyRequest, route: Route): Promise<void> {
  request.scope = await identify(identifier, request.raw, request.requestId, route.permission);
  if (route.kind !== 'raw' || route.admit === undefined) return;
  route.admit({
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
  });
}
