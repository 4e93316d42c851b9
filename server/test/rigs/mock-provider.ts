/**
 * An OpenAI-compatible provider for tests: what the model is called decides how it behaves (see `mock-faults.ts`),
 * any other name is answered well. It records what it received and when the caller went away.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerError, type ChatRequest } from './mock-answers.ts';
import { findFault } from './mock-faults.ts';
import { answerWell, sendJson } from './mock-wire.ts';

export const MOCK_KEY = 'mock-provider-key';

export interface RecordedRequest {
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  model: string;
  /** Steady-clock ms of this process. */
  receivedMs: number;
  /** When the caller closed before the answer was whole; `null` while open or when it was whole. */
  closedEarlyMs: number | null;
  finished: boolean;
}

export interface MockProvider {
  /** With the version path: `http://127.0.0.1:PORT/v1`. */
  baseUrl: string;
  port: number;
  requests: RecordedRequest[];
  /** Requests to this model, in the order they came. */
  requestsTo(model: string): RecordedRequest[];
  /** Forgets requests and the state of flaky models. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts the provider on a free port of the loopback interface (or on `port`). */
export async function startMockProvider(port = 0): Promise<MockProvider> {
  const requests: RecordedRequest[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void serve(request, response, { requests, counts });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const bound = await listen(server, port);
  return {
    baseUrl: `http://127.0.0.1:${bound}/v1`,
    port: bound,
    requests,
    requestsTo: (model) => requests.filter((recorded) => recorded.model === model),
    reset: () => {
      requests.length = 0;
      counts.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

interface Memory {
  requests: RecordedRequest[];
  counts: Map<string, number>;
}

const RECORD_PATH = '/__requests/';

/** What was asked of a model, for suites in other processes: wall-clock ms and parsed bodies. */
function tellRecord(path: string, response: ServerResponse, memory: Memory): void {
  const model = decodeURIComponent(path.slice(RECORD_PATH.length));
  const toWall = (ms: number | null): number | null => (ms === null ? null : performance.timeOrigin + ms);
  const found = memory.requests
    .filter((recorded) => recorded.model === model)
    .map((recorded) => ({
      headers: recorded.headers,
      body: parseBody(recorded.body),
      receivedAt: toWall(recorded.receivedMs),
      closedEarlyAt: toWall(recorded.closedEarlyMs),
    }));
  sendJson(response, 200, found);
}

async function serve(request: IncomingMessage, response: ServerResponse, memory: Memory): Promise<void> {
  if (request.url?.startsWith(RECORD_PATH) === true) return tellRecord(request.url, response, memory);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const body = parseBody(bytes);
  const recorded: RecordedRequest = {
    path: request.url ?? '',
    headers: request.headers,
    body: bytes,
    model: body?.model ?? '',
    receivedMs: performance.now(),
    closedEarlyMs: null,
    finished: false,
  };
  memory.requests.push(recorded);
  response.once('close', () => {
    recorded.finished = response.writableFinished;
    if (!response.writableFinished) recorded.closedEarlyMs = performance.now();
  });
  response.on('error', () => undefined);
  if (request.headers.authorization !== `Bearer ${MOCK_KEY}`) {
    sendJson(response, 401, answerError('Incorrect API key provided.', 'invalid_api_key', 'invalid_request_error'));
    return;
  }
  if (body === null) {
    sendJson(response, 400, answerError('not JSON', null, 'invalid_request_error'));
    return;
  }
  const earlier = memory.counts.get(body.model) ?? 0;
  memory.counts.set(body.model, earlier + 1);
  const fault = findFault(body.model);
  if (fault === null) answerWell(recorded.path, body, response);
  else await fault({ request, response, body, earlier });
}

function parseBody(bytes: Buffer): ChatRequest | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as ChatRequest;
  } catch {
    return null;
  }
}
