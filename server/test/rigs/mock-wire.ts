/** How the mock provider puts its answers on the wire. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  answerChat,
  answerEmbeddings,
  answerError,
  answerResponses,
  streamChat,
  streamResponses,
  type ChatRequest,
} from './mock-answers.ts';

/** What a fault gets to play with. */
export interface MockExchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: ChatRequest;
  /** How often this model was asked before. */
  earlier: number;
}

/** The well-behaved answer of a path. */
export function answerWell(path: string, body: ChatRequest, response: ServerResponse): void {
  if (path.endsWith('/embeddings')) {
    sendJson(response, 200, answerEmbeddings(body));
  } else if (path.endsWith('/responses')) {
    if (body.stream !== true) return sendJson(response, 200, answerResponses(body));
    startStream(response);
    response.end(streamResponses(body).join(''));
  } else if (!path.endsWith('/chat/completions')) {
    sendJson(response, 404, answerError(`no such path: ${path}`));
  } else if (body.stream === true) {
    startStream(response);
    for (const frame of streamChat(body)) response.write(frame);
    response.end('data: [DONE]\n\n');
  } else {
    sendJson(response, 200, answerChat(body));
  }
}

export function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-mock', ...headers });
  response.end(text);
}
