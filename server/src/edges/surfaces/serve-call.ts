/** Runs one call for a surface: the same for every wire, which brings only its rendering. */
import { HEADERS, type Answer, type AnswerFrame, type Call, type Usage } from '@reeve/contracts';
import { makeCall, type AnswerHead, type CallEnding, type CallPath, type Rejection, type Settlement } from '#calls';
import { toAppError, toErrorHeaders, type AppError, type HttpExchange } from '#kernel';
import { parseTags } from './parse-tags.ts';

/** How a surface speaks; made for one call, so that a stream's rendering may keep state. */
export interface SurfaceVoice {
  surface: string;
  wire: string;
  renderAnswer(answer: Answer, usage: Usage, head: AnswerHead): Uint8Array | string;
  renderFrame(frame: AnswerFrame, head: AnswerHead): Uint8Array | string;
  /** What a whole stream still has to say before its closing frame. */
  renderEnd(usage: Usage, head: AnswerHead): Uint8Array | string;
  /** Asked for once, last. */
  closingFrame(): Uint8Array | string;
  /** `status` is the one that goes out, where it is a provider's own. */
  renderError(error: AppError, status?: number): string;
  renderErrorFrame(error: AppError): string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** Makes the call and writes its answer, stream or error to the exchange. */
export async function serveCall(
  path: CallPath,
  exchange: HttpExchange,
  call: Call,
  voice: SurfaceVoice,
): Promise<void> {
  let opened = false;
  let known: AnswerHead | null = null;
  const sink = {
    open(head: AnswerHead): void {
      opened = true;
      known = head;
      exchange.noteReceipt(head.receiptId, true);
      exchange.openStream(200, headHeaders(head, STREAM_HEADERS));
    },
    frame(frame: AnswerFrame): Promise<void> | void {
      if (known === null) return;
      const bytes = voice.renderFrame(frame, known);
      if (bytes.length > 0) return exchange.write(bytes);
    },
  };
  try {
    const tags = parseTags(exchange.headers[HEADERS.tags]);
    const { scope, signal, startedMs } = exchange;
    const ending = await makeCall(path, { scope, surface: voice.surface, call, tags, signal, startedMs, sink });
    known = ending.head;
    writeEnding(exchange, ending, voice);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'internal_error') path.telemetry.log.error(faultFields(exchange, error), 'call failed');
    if (opened) breakStream(exchange, error, voice);
    else sendError(exchange, error, voice, headHeaders(known));
  }
}

function writeEnding(exchange: HttpExchange, ending: CallEnding, voice: SurfaceVoice): void {
  switch (ending.type) {
    case 'answered': {
      exchange.noteReceipt(ending.head.receiptId, false);
      const body = voice.renderAnswer(ending.answer, ending.usage, ending.head);
      const headers = addSettlement(headHeaders(ending.head, JSON_TYPE), ending.settlement);
      return exchange.send(200, headers, body);
    }
    case 'streamed':
      if (ending.error !== null) return breakStream(exchange, ending.error, voice);
      void exchange.write(voice.renderEnd(ending.usage, ending.head));
      void exchange.write(settlementComment(ending.head, ending.settlement));
      void exchange.write(voice.closingFrame());
      return exchange.end();
    case 'refused':
      if (ending.upstream !== null) return passOn(exchange, ending.upstream, ending, voice);
      return sendError(exchange, ending.error, voice, headHeaders(ending.head));
  }
}

/** Sends an error that has a real status: nothing of an answer went out yet. */
export function sendError(
  exchange: HttpExchange,
  error: AppError,
  voice: Pick<SurfaceVoice, 'renderError'>,
  headers: Readonly<Record<string, string>>,
): void {
  exchange.send(error.status, { ...JSON_TYPE, ...headers, ...toErrorHeaders(error) }, voice.renderError(error));
}

function breakStream(exchange: HttpExchange, error: AppError, voice: SurfaceVoice): void {
  void exchange.write(voice.renderErrorFrame(error));
  exchange.end();
}

/** A provider's 4xx: its status, its `retry-after`, and its body where the wires agree. */
function passOn(
  exchange: HttpExchange,
  upstream: Rejection,
  { error, head }: { error: AppError; head: AnswerHead | null },
  voice: SurfaceVoice,
): void {
  const retryAfter = upstream.retryAfter === null ? {} : { [HEADERS.retryAfter]: upstream.retryAfter };
  const headers = { ...headHeaders(head), ...retryAfter };
  if (upstream.body?.wire === voice.wire) {
    return exchange.send(
      upstream.status,
      { 'content-type': upstream.body.contentType, ...headers },
      upstream.body.bytes,
    );
  }
  exchange.send(upstream.status, { ...JSON_TYPE, ...headers }, voice.renderError(error, upstream.status));
}

type Headers = Record<string, string>;

/** The further headers of an answer, behind `first`. */
function headHeaders(head: AnswerHead | null, first: Readonly<Headers> = {}): Headers {
  const headers = { ...first };
  if (head === null) return headers;
  headers[HEADERS.receipt] = head.receiptId;
  if (head.route !== null) headers[HEADERS.route] = encodeName(head.route);
  if (head.policy !== null) headers[HEADERS.policy] = head.policy;
  if (head.fallback.length > 0) headers[HEADERS.fallback] = head.fallback.map(encodeName).join(', ');
  return headers;
}

function addSettlement(headers: Headers, { costNanos, overheadMs }: Settlement): Headers {
  headers[HEADERS.overheadMs] = overheadMs.toFixed(3);
  if (costNanos !== null) headers[HEADERS.costNanos] = String(costNanos);
  return headers;
}

/** The settlement of a stream, as an SSE comment that every client skips. */
function settlementComment(head: AnswerHead, { hash, costNanos, overheadMs }: Settlement): string {
  const facts = { receipt: head.receiptId, hash, cost_nanos: costNanos, overhead_ms: Number(overheadMs.toFixed(3)) };
  return `: reeve ${JSON.stringify(facts)}\n\n`;
}

/** Names of plain characters, as nearly all are, stand as they are. */
const PLAIN_NAME = /^[\w./-]+$/;

function encodeName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  return name.split('/').map(encodeURIComponent).join('/');
}

function faultFields(exchange: HttpExchange, error: AppError) {
  return {
    request_id: exchange.scope.requestId,
    tenant_id: exchange.scope.tenantId,
    trace_id: exchange.scope.trace.traceId,
    error: error.cause,
  };
}
