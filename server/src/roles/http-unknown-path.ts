/** What an address gets that no route has: a fault in words, or in a browser the page that says so. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AppError, toAppError, type Route } from '#kernel';
import { authenticate, type Identifier } from './http-identify.ts';

export interface UnknownPathOptions {
  identifier: Identifier;
  /** Which role serves this, where this process does not have it. */
  findRoleElsewhere(method: string, path: string): string | null;
}

export interface UnknownPath {
  error: AppError;
  /** Of a 405: the methods that the path takes, which its answer must list (RFC 9110 §15.5.6). */
  allow: string | null;
}

/** A page for whoever asked for an address that is not there; `null` where there is none. */
export type ReadLostPage = (asked: IncomingHttpHeaders) => Promise<LostPage | null>;

export interface LostPage {
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** On `/v1/*` a bad key is 401 before an unknown path is 404; a known path with another method is 405. */
export async function judgeUnknownPath(
  { identifier, findRoleElsewhere }: UnknownPathOptions,
  routes: readonly Route[],
  request: FastifyRequest,
): Promise<UnknownPath> {
  const path = pathOf(request);
  const place = `${request.method} ${path.slice(0, 200)}`;
  const role = findRoleElsewhere(request.method, path);
  const where = role === null ? 'There is nothing at' : `This process does not have the role "${role}", which serves`;
  if (path.startsWith('/v1/')) {
    try {
      await authenticate(identifier, request.raw);
    } catch (thrown) {
      return { error: toAppError(thrown), allow: null };
    }
  }
  const allow = listMethods(routes, path);
  if (allow === '') return { error: new AppError('not_found', { message: `${where} ${place}.` }), allow: null };
  const error = new AppError('method_not_allowed', { message: `${path} takes ${allow}, not ${request.method}.` });
  return { error, allow };
}

function listMethods(routes: readonly Route[], path: string): string {
  const known = routes.filter((route) => route.path === path);
  return known.map((route) => route.method).join(', ');
}

/** A person who opened an address, and no program that asked an API. */
export function wantsPage(request: FastifyRequest): boolean {
  if (request.method !== 'GET' || /^\/(api|v1)(\/|$)/.test(pathOf(request))) return false;
  return /\btext\/html\b/.test(request.headers.accept ?? '');
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}
