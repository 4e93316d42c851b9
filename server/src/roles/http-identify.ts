/** Who asks: the key of a request, or the operator behind the admin socket. */
import type { IncomingMessage } from 'node:http';
import { HEADERS } from '@reeve/contracts';
import type { Identity } from '#identity';
import { AppError, defaultTenantId, holdsPermission, type Actor, type IdSource, type Route, type Scope } from '#kernel';
import type { Random } from '#kernel';
import { continueTrace } from '../platform/telemetry/trace-context.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const OPERATOR: Actor = { kind: 'operator', keyId: null, scopes: new Set(['*']), models: null };
const NOBODY: Actor = { kind: 'key', keyId: null, scopes: new Set(), models: null };

export interface Identifier {
  identity: Identity;
  ids: IdSource;
  random: Random;
  /** True for requests that came through the admin socket, which only its owner can open. */
  isOperator(request: IncomingMessage): boolean;
}

/** The caller's own request id where it is harmless, else a new one. */
export function readRequestId(request: IncomingMessage, ids: IdSource): string {
  const given = request.headers[HEADERS.requestId];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : ids.next('request');
}

/**
 * The scope of a request to a route. Throws `AppError('invalid_api_key')` without a valid key and
 * `AppError('policy_denied')` where the key lacks the route's permission.
 */
export async function identify(
  identifier: Identifier,
  request: IncomingMessage,
  requestId: string,
  permission: Route['permission'],
): Promise<Scope> {
  const trace = continueTrace(request.headers[HEADERS.traceparent], identifier.random);
  if (permission === 'public') return { tenantId: defaultTenantId, actor: NOBODY, requestId, trace };
  const who = await authenticate(identifier, request);
  if (!holdsPermission(who.actor, permission)) {
    throw new AppError('policy_denied', { message: `This key does not hold the scope ${permission}.` });
  }
  return { ...who, requestId, trace };
}

/** Whoever the key stands for. Throws `AppError('invalid_api_key')`. */
export async function authenticate(
  identifier: Identifier,
  request: IncomingMessage,
): Promise<Pick<Scope, 'tenantId' | 'actor'>> {
  if (identifier.isOperator(request)) return { tenantId: defaultTenantId, actor: OPERATOR };
  const key = presentedKey(request);
  const who = key === null ? null : await identifier.identity.authenticate(key);
  if (who === null) throw new AppError('invalid_api_key');
  return who;
}

/** `Authorization: Bearer …` (OpenAI) or `x-api-key: …` (Anthropic). */
function presentedKey(request: IncomingMessage): string | null {
  const { authorization } = request.headers;
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim() || null;
  const key = request.headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}
