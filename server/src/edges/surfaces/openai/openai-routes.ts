/** The OpenAI surface: chat completions, embeddings, models. */
import { unknownModel, type CallPath } from '#calls';
import { toAppError, type HttpExchange, type RawRoute } from '#kernel';
import type { Call } from '@reeve/contracts';
import { readJsonBody, type JsonBody } from '../read-body.ts';
import { sendError, serveCall, type SurfaceVoice } from '../serve-call.ts';
import { toErrorBody, toErrorFrame, toPassedError } from '../openai-errors.ts';
import { CLOSING_FRAME } from '../openai-frames.ts';
import { watchUsage } from '../openai-usage.ts';
import { renderAnswer, WIRE, type RenderContext } from './answer-to-openai.ts';
import { ChunkStream, renderUsageFrame } from './events-to-openai.ts';
import { findModelObject, listModelObjects, toModelPage } from './model-objects.ts';
import { chatToCall, embeddingToCall } from './openai-to-call.ts';

export function createOpenAiRoutes(path: CallPath): RawRoute[] {
  const serve = (toCall: (body: JsonBody) => Call) => (exchange: HttpExchange) => {
    let call: Call;
    let body: JsonBody;
    try {
      body = readJsonBody(exchange.body);
      call = toCall(body);
    } catch (thrown) {
      sendError(exchange, toAppError(thrown), { renderError: toErrorBody }, {});
      return Promise.resolve();
    }
    return serveCall(path, exchange, call, createVoice(path, call, body));
  };
  const route = { kind: 'raw', permission: 'models:invoke', renderError: toErrorBody } as const;
  return [
    {
      ...route,
      method: 'POST',
      path: '/v1/chat/completions',
      summary: 'Chat completion, plain or streamed.',
      handle: serve(chatToCall),
    },
    { ...route, method: 'POST', path: '/v1/embeddings', summary: 'Embeddings.', handle: serve(embeddingToCall) },
    {
      ...route,
      method: 'GET',
      path: '/v1/models',
      summary: 'The models that this key may call.',
      handle: (exchange) => listModels(path, exchange),
    },
    {
      ...route,
      method: 'GET',
      path: '/v1/models/*',
      summary: 'One model by a name that a call may use.',
      handle: (exchange) => showModel(path, exchange),
    },
  ];
}

function createVoice(path: CallPath, call: Call, body: JsonBody): SurfaceVoice {
  const createdSeconds = Math.floor(path.clock.now() / 1000);
  const asksUsage = call.params.streamUsage === true;
  const watch = watchUsage(asksUsage);
  let stream: ChunkStream | null = null;
  const context = (receiptId: string): RenderContext => ({
    id: `chatcmpl-${receiptId}`,
    createdSeconds,
    model: call.model,
    includeUsage: asksUsage,
    base64: body.value.encoding_format === 'base64',
  });
  return {
    surface: 'openai',
    wire: WIRE,
    renderAnswer: (answer, usage, head) => renderAnswer(answer, usage, context(head.receiptId)),
    renderFrame(frame, head) {
      if (frame.raw?.wire !== WIRE) return (stream ??= new ChunkStream(context(head.receiptId))).render(frame.events);
      watch.note(frame);
      return frame.raw.bytes;
    },
    // Unless the provider's own bytes state it, the caller who asked sees what the receipt is settled on.
    renderEnd: (usage, head) => (watch.isOwed() ? renderUsageFrame(usage, context(head.receiptId)) : ''),
    closingFrame: () => CLOSING_FRAME,
    renderError: toPassedError,
    renderErrorFrame: toErrorFrame,
  };
}

function listModels(path: CallPath, exchange: HttpExchange): Promise<void> {
  const body = JSON.stringify(toModelPage(listModelObjects(path, exchange.scope)));
  exchange.send(200, { 'content-type': 'application/json' }, body);
  return Promise.resolve();
}

function showModel(path: CallPath, exchange: HttpExchange): Promise<void> {
  const name = exchange.params['*'] ?? '';
  const model = findModelObject(path, exchange.scope, name);
  if (model !== null) exchange.send(200, { 'content-type': 'application/json' }, JSON.stringify(model));
  else {
    sendError(exchange, unknownModel(path, exchange.scope, name), { renderError: toErrorBody }, {});
  }
  return Promise.resolve();
}
