/** Who asks: the key of a request, the session of a browser, or the operator behind the admin socket. */
import type { IncomingMessage } from 'node:http';
import { HEADERS } from '@reeve/contracts';
import type { Identity } from '#identity';
import { AppError, defaultTenantId, holdsPermission, type Actor, type IdSource, type Route, type Scope } from '#kernel';
import type { Random } from '#kernel';
import { assertFromConsole, isPresent, readSessionToken } from './console-cookie.ts';
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
  if (permission === 'public') {
    if (presentedKey(request) === null && readSessionToken(request.headers) !== null) {
      assertFromConsole(request.method, request.headers);
    }
    return { tenantId: defaultTenantId, actor: NOBODY, requestId, trace };
  }
  const who = await authenticate(identifier, request);
  if (permission !== 'identified' && !holdsPermission(who.actor, permission)) {
    const holder = who.actor.kind === 'member' ? 'None of your roles holds' : 'This key does not hold';
    throw new AppError('policy_denied', { message: `${holder} the scope ${permission}.` });
  }
  return { ...who, requestId, trace };
}

/**
 * Whoever the key stands for, or without a key the session. Throws `AppError`: `invalid_api_key`, `session_ended`, and
 * `cross_site_request` for a session that another page makes use of.
 */
export async function authenticate(
  identifier: Identifier,
  request: IncomingMessage,
): Promise<Pick<Scope, 'tenantId' | 'actor'>> {
  if (identifier.isOperator(request)) return { tenantId: defaultTenantId, actor: OPERATOR };
  const key = presentedKey(request);
  const token = key === null ? readSessionToken(request.headers) : null;
  if (token !== null) return authenticateSession(identifier, request, token);
  const who = key === null ? null : await identifier.identity.authenticate(key);
  if (who === null) throw new AppError('invalid_api_key');
  return who;
}

async function authenticateSession({ identity }: Identifier, { method, headers }: IncomingMessage, token: string) {
  assertFromConsole(method, headers);
  const who = await identity.authenticateSession(token, isPresent(headers));
  if (who === null) throw new AppError('session_ended');
  return who;
}

/** `Authorization: Bearer …` (OpenAI) or `x-api-key: …` (Anthropic). */
function presentedKey(request: IncomingMessage): string | null {
  const { authorization } = request.headers;
  if (authorization !== undefined && /^bearer /i.test(authorization)) return authorization.slice(7).trim() || null;
  const key = request.headers['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}
