/** The HTTP server: identity → permission → body → idempotency → the room's handler, the same for every route. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADERS } from '@reeve/contracts';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  AppError,
  assert,
  toAppError,
  toErrorHeaders,
  type Clock,
  type FaultVoice,
  type HttpExchange,
  type Route,
  type Scope,
} from '#kernel';
import type { Idempotency } from '../platform/idempotency/port.ts';
import type { Log } from '../platform/telemetry/port.ts';
import { continueTrace, formatTraceparent } from '../platform/telemetry/trace-context.ts';
import { findFaultVoice } from '#surfaces';
import { createBodyWatch, type BodyWatch } from './http-body-watch.ts';
import { clientFault, codingFault, isNobodysName, requestFault } from './http-faults.ts';
import { createExchange } from './http-exchange.ts';
import { admitRequest } from './http-admit.ts';
import { readRequestId } from './http-identify.ts';
import { runOnce } from './http-idempotency.ts';
import { createJsonHandler } from './http-json.ts';
import { assertQuery } from './http-query.ts';
import { judgeUnknownPath, wantsPage, type ReadLostPage, type UnknownPathOptions } from './http-unknown-path.ts';
import type { RunningAnswers } from './running-answers.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

export interface HttpOptions extends UnknownPathOptions {
  idempotency: Idempotency;
  log: Log;
  clock: Clock;
  bodyBytesMax: number;
  requestTimeoutMs: number;
  trustedProxies: readonly string[];
  tls: { cert: Buffer; key: Buffer } | null;
  draining(): boolean;
  running: RunningAnswers;
  readLostPage: ReadLostPage;
}

declare module 'fastify' {
  interface FastifyRequest {
    requestId: string;
    scope: Scope | null;
  }
  interface FastifyContextConfig {
    route?: Route;
  }
}

const HEADERS_TIMEOUT_MS = 30_000;
/** How long a body may stand still. */
const BODY_STILL_MS = 30_000;
/** How long, and for how much, an answered sender is still listened to, so that it can read its answer. */
const LINGER_MS = 5_000;
const PUBLIC_BYTES_MAX = 16 * 1024;
/** An entry of a conversation takes 1 MiB, and more as JSON. */
const MANAGEMENT_BYTES_MAX = 4 * 1024 * 1024;
const KEEP_ALIVE_MS = 75_000;
const HEADER_BYTES_MAX = 32 * 1024;

/** Builds the server with every route mounted. Throws where a route names no permission. */
export function createHttp(options: HttpOptions, routes: readonly Route[]): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: options.bodyBytesMax,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 1024 },
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: HEADER_BYTES_MAX },
    clientErrorHandler: (error, socket) => clientFault(error, socket, options.identifier.ids.next('request')),
    // No hook has run for these: the request is not decorated yet.
    frameworkErrors(error, request, reply) {
      request.requestId = readRequestId(request.raw, options.identifier.ids);
      if (isNobodysName(error)) return void answerUnknownPath(options, routes, request, reply);
      sendFault(options, request, reply, requestFault(error));
    },
    ...(options.tls === null ? {} : { https: options.tls }),
  });
  app.decorateRequest('requestId', '');
  app.decorateRequest('scope', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) =>
    done(codingFault(request), body),
  );
  const bodies = createBodyWatch(options.clock, BODY_STILL_MS, (request, reply) => {
    sendFault(options, request, reply, new AppError('request_timeout'));
    request.raw.destroy();
  });
  app.addHook('onClose', (_app, done) => {
    bodies.stop();
    done();
  });
  app.addHook('onRequest', (request, reply, done) => {
    request.requestId = readRequestId(request.raw, options.identifier.ids);
    if (request.is404) return void answerUnknownPath(options, routes, request, reply);
    done();
  });
  for (const route of routes) mount(app, { ...options, bodies }, route);
  app.setErrorHandler((error, request, reply) => {
    bodies.done(request);
    sendFault(options, request, reply, requestFault(error));
  });
  return app;
}

/** What nobody needs more of: a flood of large bodies must cost whoever sends it more than us. */
function bodyBytesOf({ kind, permission }: Route): number {
  if (kind === 'raw') return Infinity;
  return permission === 'public' ? PUBLIC_BYTES_MAX : MANAGEMENT_BYTES_MAX;
}

type MountOptions = HttpOptions & { bodies: BodyWatch };

function mount(app: FastifyInstance, options: MountOptions, route: Route): void {
  assert(route.permission, `the route ${route.method} ${route.path} names a permission`);
  if (route.kind === 'json' || route.anyMediaType !== true) return addRoute(app, options, route);
  void app.register((inner, _options, done) => {
    inner.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    addRoute(inner, options, route);
    done();
  });
}

function addRoute(app: FastifyInstance, options: MountOptions, route: Route): void {
  const handle = route.kind === 'raw' ? route.handle : createJsonHandler(route);
  const voice = findVoice(route, route.path);
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: Math.min(options.bodyBytesMax, bodyBytesOf(route)),
    config: { route },
    onRequest(request, reply, done) {
      if (route.method !== 'GET') options.bodies.expect(request, reply);
      const admitting = admitRequest(options.identifier, request, route);
      if (admitting === undefined) done();
      else admitting.then(() => done(), done);
    },
    async handler(request, reply) {
      options.bodies.done(request);
      reply.hijack();
      const exchange = toExchange(options, request, reply.raw, voice);
      try {
        assertQuery(exchange.query);
        // Nobody's answers are kept: a session that is opened must not be handed out twice.
        if (route.permission === 'public') await handle(exchange);
        else await runOnce(options.idempotency, exchange, { method: route.method, path: request.url }, handle);
      } catch (thrown) {
        const error = toAppError(thrown);
        logFault(options.log, request, error);
        if (reply.raw.headersSent) reply.raw.destroy();
        else exchange.send(error.status, faultHeaders(request, error), renderFault(request, error));
      }
    },
  });
}

function toExchange(
  options: HttpOptions,
  request: FastifyRequest,
  response: ServerResponse,
  voice: FaultVoice | null,
): HttpExchange {
  const { scope } = request;
  assert(scope !== null, 'the request was identified');
  const { traceId, spanId, sampled } = scope.trace;
  const headers: Record<string, string> = {
    ...requestIdHeaders(request.requestId, voice),
    [HEADERS.traceparent]: formatTraceparent(traceId, spanId ?? NO_SPAN, sampled),
  };
  if (options.draining()) headers.connection = 'close';
  return createExchange({
    request: request.raw,
    response,
    scope,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    startedMs: options.clock.monotonicMs(),
    headers,
    clock: options.clock,
    running: options.running,
    isSecure: () => request.protocol === 'https',
  });
}

const EMPTY = Buffer.alloc(0);
const NO_SPAN = '0'.repeat(16);

async function answerUnknownPath(
  options: HttpOptions,
  routes: readonly Route[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { error, allow } = await judgeUnknownPath(options, routes, request);
  if (allow !== null) reply.raw.setHeader('allow', allow);
  const isLost = error.code === 'not_found' && wantsPage(request);
  const page = isLost ? await options.readLostPage(request.headers) : null;
  if (page === null) return sendFault(options, request, reply, error);
  reply.hijack();
  const headers = { ...page.headers, ...requestIdHeaders(request.requestId, null) };
  reply.raw.writeHead(error.status, { ...headers, 'content-length': page.body.byteLength, connection: 'close' });
  reply.raw.end(page.body);
}

function sendFault(options: HttpOptions, request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  logFault(options.log, request, error);
  reply.hijack();
  const body = renderFault(request, error);
  const { traceId, spanId, sampled } =
    request.scope?.trace ?? continueTrace(request.headers[HEADERS.traceparent], options.identifier.random);
  const headers: Record<string, string> = {
    ...faultHeaders(request, error),
    [HEADERS.traceparent]: formatTraceparent(traceId, spanId ?? NO_SPAN, sampled),
    connection: 'close',
  };
  if (request.requestId !== '') Object.assign(headers, requestIdHeaders(request.requestId, voiceOf(request)));
  if (reply.raw.destroyed || reply.raw.headersSent) return;
  const isRead = isBodyRead(request.raw);
  if (isRead && !options.draining()) delete headers.connection;
  reply.raw.writeHead(error.status, { ...headers, 'content-length': Buffer.byteLength(body) });
  if (isRead || error.code === 'request_timeout') reply.raw.end(body);
  else linger(options.clock, request.raw, reply.raw, body);
}

/** A connection closed over unread bytes is reset, and the answer lost with it: so read on for a while. */
function linger(clock: Clock, request: IncomingMessage, response: ServerResponse, body: string): void {
  response.write(body);
  const end = (): void => void response.end();
  const cancel = clock.after(LINGER_MS, end);
  request.once('close', cancel);
  request.once('end', end);
  request.resume();
}

/** An answer sent while the body still arrives must close the connection, or the rest is read as a request. */
function isBodyRead(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return request.complete || ((length === undefined || length === '0') && coding === undefined);
}

function renderFault(request: FastifyRequest, error: AppError): string {
  const voice = voiceOf(request);
  return voice === null ? toProblem(error, request.url) : voice.renderError(error, request.requestId);
}

/** Fastify writes the options anew each time that they are asked for: on the way of a good call nobody asks. */
function voiceOf({ routeOptions, url }: FastifyRequest): FaultVoice | null {
  return findVoice(routeOptions.config.route, url);
}

/** The surface's words for a fault; `null` where it is told as a problem. */
function findVoice(route: Route | undefined, url: string): FaultVoice | null {
  if (route?.kind === 'raw' && isFaultVoice(route)) return route;
  return url.startsWith('/v1/') ? findFaultVoice(url) : null;
}

function isFaultVoice(route: Partial<FaultVoice>): route is FaultVoice {
  return route.renderError !== undefined;
}

function requestIdHeaders(requestId: string, voice: FaultVoice | null): Record<string, string> {
  const further = voice?.requestIdHeader;
  return { [HEADERS.requestId]: requestId, ...(further === undefined ? {} : { [further]: requestId }) };
}

function faultHeaders({ url }: FastifyRequest, error: AppError): Record<string, string> {
  const type = url.startsWith('/v1/') ? 'application/json' : PROBLEM_TYPE;
  return { 'content-type': type, ...toErrorHeaders(error) };
}

function logFault(log: Log, request: FastifyRequest, error: AppError): void {
  if (error.status < 500) return;
  const { cause } = error;
  const fields = {
    request_id: request.requestId,
    tenant_id: request.scope?.tenantId,
    trace_id: request.scope?.trace.traceId,
    code: error.code,
    detail: error.detail,
    error: cause,
  };
  log.error(fields, `${request.method} ${request.routeOptions.url ?? 'unknown path'} failed`);
}
