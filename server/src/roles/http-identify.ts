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
 * The scope of a request to a route; a promise only where somebody must be looked up. Throws or rejects with
 * `AppError('invalid_api_key')` without a valid key and `AppError('policy_denied')` where the key lacks the route's
 * permission.
 */
export function identify(
  identifier: Identifier,
  request: IncomingMessage,
  requestId: string,
  permission: Route['permission'],
): Scope | Promise<Scope> {
  const trace = continueTrace(request.headers[HEADERS.traceparent], identifier.random);
  if (permission === 'public') {
    if (presentedKey(request) === null && readSessionToken(request.headers) !== null) {
      assertFromConsole(request.method, request.headers);
    }
    return { tenantId: defaultTenantId, actor: NOBODY, requestId, trace };
  }
  const who = authenticate(identifier, request);
  const enter = (known: Who): Scope => {
    assertPermission(known.actor, permission);
    return { ...known, requestId, trace };
  };
  return who instanceof Promise ? who.then(enter) : enter(who);
}

function assertPermission(actor: Actor, permission: Exclude<Route['permission'], 'public'>): void {
  if (permission === 'identified' || holdsPermission(actor, permission)) return;
  const holder = actor.kind === 'member' ? 'None of your roles holds' : 'This key does not hold';
  throw new AppError('policy_denied', { message: `${holder} the scope ${permission}.` });
}

type Who = Pick<Scope, 'tenantId' | 'actor'>;

/**
 * Whoever the key stands for, or without a key the session; a promise only where memory does not know. Throws or rejects
 * with `AppError`: `invalid_api_key`, `session_ended`, and `cross_site_request` for a session that another page uses.
 */
export function authenticate(identifier: Identifier, request: IncomingMessage): Who | Promise<Who> {
  if (identifier.isOperator(request)) return { tenantId: defaultTenantId, actor: OPERATOR };
  const key = presentedKey(request);
  const token = key === null ? readSessionToken(request.headers) : null;
  if (token !== null) return authenticateSession(identifier, request, token);
  const who = key === null ? null : identifier.identity.authenticate(key);
  return who instanceof Promise ? who.then(assertKnown) : assertKnown(who);
}

function assertKnown(who: Who | null): Who {
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
