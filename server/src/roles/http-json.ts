/** Runs a management route: JSON checked by the route's own schemas, JSON out. */
import {
  createChecker,
  AppError,
  findHalfCharacter,
  type HttpExchange,
  type JsonRoute,
  type RouteReply,
} from '#kernel';
import { readJsonBody } from '#surfaces';
import { readSessionToken, writeSessionCookie } from './console-cookie.ts';
import { toJson } from './json.ts';

/** A handler that parses what the route declares. Faults are thrown; the server renders them as problems. */
export function createJsonHandler(route: JsonRoute): (exchange: HttpExchange) => Promise<void> {
  const { params, query, body } = route.schema;
  const checkParams = params === undefined ? null : createChecker(params);
  const checkQuery = query === undefined ? null : createChecker(query);
  const checkBody = body === undefined ? null : createChecker(body);
  return async (exchange) => {
    if (checkParams !== null && checkParams.faults(exchange.params).length > 0) throw new AppError('not_found');
    checkQuery?.parse(exchange.query);
    const parsed = checkBody === null ? undefined : checkBody.parse(readBody(exchange));
    const sessionToken = readSessionToken(exchange.headers);
    const reply = await route.handle({
      scope: exchange.scope,
      params: exchange.params,
      query: exchange.query,
      body: parsed,
      ...(sessionToken === null ? {} : { sessionToken }),
    });
    const headers = toHeaders(reply, exchange.isSecure());
    if (reply.body === undefined) return exchange.send(reply.status, headers, '');
    exchange.send(reply.status, { 'content-type': 'application/json', ...headers }, toJson(reply.body));
  };
}

function readBody({ body }: HttpExchange): unknown {
  const { value, bytes } = readJsonBody(body);
  // In valid UTF-8 half a character can be written in no other way.
  const param = bytes.includes(String.raw`\u`) ? findHalfCharacter(value) : null;
  if (param === null) return value;
  throw new AppError('invalid_request', { message: `"${param}" must not hold half a character.`, param });
}

/** What a browser keeps of an answer that depends on who asks would be there for the next person too. */
function toHeaders({ sessionToken }: RouteReply, isSecure: boolean): Record<string, string> {
  const cookie = sessionToken === undefined ? {} : { 'set-cookie': writeSessionCookie(sessionToken, isSecure) };
  return { 'cache-control': 'no-store', ...cookie };
}
