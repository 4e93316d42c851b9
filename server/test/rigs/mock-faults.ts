/** How a provider can fail, by the name of the model that is asked. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerChat, answerError, CHAT_USAGE, streamChat, streamMedley, type ChatRequest } from './mock-answers.ts';
import { answerWell, sendJson, startStream, type MockExchange } from './mock-wire.ts';

type Fault = (exchange: MockExchange) => Promise<void> | void;

const SLOW_FRAME_MS = 60;
const SLOW_ANSWER_MS = 600;
const SLOW_BYTE_MS = 2;
const ENDLESS_FRAME_MS = 15;
const HUGE_BYTES = 256 * 1024 * 1024;
/** More tokens than any of the tests asks for. */
const GREEDY_USAGE = { prompt_tokens: 11, completion_tokens: 5000, total_tokens: 5011 };

const LONG_TOKENS = 20_000;
const LONG_FRAMES_AT_ONCE = 50;
const LONG_PAUSE_MS = 10;
/** At least 4,000 characters: everything that answers are made of. */
const LONG_TEXT = [
  '## On sticks\n\nA tally stick is **split in two**: each side keeps a half, and `neither` can add a notch alone.\n\n',
  '1. Cut the notches.\n2. Split the stick.\n3. Keep your half.\n\n'.repeat(3),
  '| year | notches | kept |\n|---|---:|---|\n'.concat('| 1189 | 12 | yes |\n'.repeat(12), '\n'),
  '```ts\n'.concat('const half = (stick: Stick): Half => stick.split().at(0);\n'.repeat(10), '```\n\n'),
  'The half that was kept fits the other one, grain by grain, and so both can see whether a notch was added. '.repeat(
    24,
  ),
  '\n\n',
].join('');

const FAULTS: Readonly<Record<string, Fault>> = {
  /** Takes the request and never answers. */
  hang: () => undefined,
  /** Never answers the first request, and the next ones well. */
  'hang-first': ({ request, response, body, earlier }) => {
    if (earlier > 0) answerWell(request.url ?? '', body, response);
  },
  /** A whole answer after a while. */
  slow: async ({ request, response, body }) => {
    await wait(SLOW_ANSWER_MS);
    answerWell(request.url ?? '', body, response);
  },
  /** Answers the head, then nothing. */
  'hang-after-head': ({ response }) => {
    startStream(response);
    response.flushHeaders();
  },
  /** Sends two frames, then nothing. */
  'hang-mid-stream': ({ response, body }) => {
    startStream(response);
    for (const frame of streamChat(body).slice(0, 3)) response.write(frame);
  },
  reset: ({ request }) => void request.socket.resetAndDestroy(),
  /** Half of a plain body, then the connection goes. */
  'reset-mid-body': async ({ request, response, body }) => {
    const text = JSON.stringify(answerChat(body));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length + 40) });
    response.write(text.slice(0, 60));
    await wait(SLOW_FRAME_MS);
    request.socket.resetAndDestroy();
  },
  /** Whole frames, then half of one, then the end of the body. */
  'half-frame': async ({ response, body }) => {
    startStream(response);
    const [first = '', second = ''] = streamChat(body);
    response.write(first);
    await wait(SLOW_FRAME_MS);
    response.end(second.slice(0, second.length / 2));
  },
  /** Frames and a clean end of the body, but no `[DONE]`. */
  'no-done': ({ response, body }) => {
    startStream(response);
    response.end(streamChat(body).join(''));
  },
  'error-first': ({ response }) => {
    startStream(response);
    response.end(`data: ${JSON.stringify(answerError('the engine overheated'))}\n\n`);
  },
  'error-middle': async ({ response, body }) => {
    startStream(response);
    for (const frame of streamChat(body).slice(0, 3)) response.write(frame);
    await wait(SLOW_FRAME_MS);
    response.end(`data: ${JSON.stringify(answerError('the engine overheated'))}\n\ndata: [DONE]\n\n`);
  },
  'ok-with-error': ({ response }) => sendJson(response, 200, answerError('the engine overheated')),
  'no-usage': ({ response, body }) => {
    if (body.stream !== true) return sendJson(response, 200, answerChat(body, null));
    startStream(response);
    response.end(`${streamChat(body, null).join('')}data: [DONE]\n\n`);
  },
  'too-many-tokens': ({ response, body }) => {
    if (body.stream !== true) return sendJson(response, 200, answerChat(body, GREEDY_USAGE));
    startStream(response);
    response.end(`${streamChat(body, GREEDY_USAGE).join('')}data: [DONE]\n\n`);
  },
  /** A whole stream, one byte at a time, so that frames and characters are cut everywhere. */
  'slow-bytes': async ({ response, body }) => {
    startStream(response);
    const bytes = Buffer.from(`${streamChat(body).join('')}data: [DONE]\n\n`);
    for (let at = 0; at < bytes.length && !response.destroyed; at += 1) {
      response.write(bytes.subarray(at, at + 1));
      if (at % 8 === 0) await wait(SLOW_BYTE_MS);
    }
    response.end();
  },
  /** A stream with a pause before each frame. */
  'slow-frames': async ({ response, body }) => {
    startStream(response);
    for (const frame of streamChat(body)) {
      response.write(frame);
      await wait(SLOW_FRAME_MS);
    }
    response.end('data: [DONE]\n\n');
  },
  /** Streams until the caller goes. */
  endless: async ({ response, body }) => {
    startStream(response);
    const frame = streamChat(body)[1] ?? '';
    while (!response.destroyed) {
      response.write(frame);
      await wait(ENDLESS_FRAME_MS);
    }
  },
  'wrong-type': ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>It works!</body></html>');
  },
  'empty-body': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end();
  },
  'not-json': ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"id":"chatcmpl-mock","choices":[');
  },
  'huge-body': ({ response }) => sendHuge(response),
  'huge-frame': async ({ response }) => {
    startStream(response);
    response.write('data: {"choices":[{"index":0,"delta":{"content":"');
    await pour(response, HUGE_BYTES);
    response.end('"}}]}\n\ndata: [DONE]\n\n');
  },
  /** No fault: says back what was said last, a few characters at a time. */
  echo: ({ response, body }) => {
    startStream(response);
    const said = readLastText(body);
    const deltas = (said.match(/.{1,24}/gsu) ?? []).map((content) => ({ content }));
    response.end(`${streamChat(body, CHAT_USAGE, deltas).join('')}data: [DONE]\n\n`);
  },
  /** No fault: 20,000 tokens of Markdown, faster than any model. */
  long: async ({ response, body }) => {
    startStream(response);
    const words = (LONG_TEXT.repeat(Math.ceil(LONG_TOKENS / 1_000)).match(/.{4}/gs) ?? []).slice(0, LONG_TOKENS);
    const usage = { prompt_tokens: 11, completion_tokens: LONG_TOKENS, total_tokens: 11 + LONG_TOKENS };
    const frames = streamChat(
      body,
      usage,
      words.map((content) => ({ content })),
    );
    for (let at = 0; at < frames.length && !response.destroyed; at += LONG_FRAMES_AT_ONCE) {
      response.write(frames.slice(at, at + LONG_FRAMES_AT_ONCE).join(''));
      await wait(LONG_PAUSE_MS);
    }
    response.end('data: [DONE]\n\n');
  },
  /** No fault, but all at once: reasoning, text, a refusal, and two calls whose pieces come interleaved. */
  medley: ({ response, body }) => {
    startStream(response);
    response.end(`${streamMedley(body).join('')}data: [DONE]\n\n`);
  },
  /** Headers that try to become the gateway's own. */
  'spoofed-headers': ({ response, body }) =>
    sendJson(response, 200, answerChat(body), {
      'x-reeve-receipt': 'rcp_forged',
      'x-reeve-cost-nanos': '0',
      'set-cookie': 'provider=1',
    }),
};

/**
 * The fault behind a model name: a name above; `status-429`, `status-429-after-7` (with `retry-after: 7`);
 * `flaky-500-3` (three times 500, then well), `flaky-429-after-1-2` (the same with `retry-after: 1`); anything else is no fault.
 */
export function findFault(model: string): Fault | null {
  const named = FAULTS[model];
  if (named !== undefined) return named;
  const status = /^status-(\d{3})(?:-after-(\d+))?$/.exec(model);
  if (status !== null) return (exchange) => sendStatus(exchange.response, Number(status[1]), status[2]);
  const flaky = /^flaky-(\d{3})(?:-after-(\d+))?-(\d+)$/.exec(model);
  if (flaky === null) return null;
  return ({ response, body, request, earlier }) => {
    if (earlier < Number(flaky[3])) sendStatus(response, Number(flaky[1]), flaky[2]);
    else answerWell(request.url ?? '', body, response);
  };
}

function readLastText({ messages }: ChatRequest): string {
  const content = messages.at(-1)?.content;
  if (typeof content === 'string') return content;
  const parts = (content ?? []) as { text?: string }[];
  return parts.map(({ text }) => text ?? '').join('\n');
}

function sendStatus(response: ServerResponse, status: number, retryAfter: string | undefined): void {
  const type = status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'server_error';
  const body = answerError(`mock says ${status}`, `mock_${status}`, type);
  sendJson(response, status, body, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
}

async function sendHuge(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"id":"chatcmpl-mock","choices":[{"index":0,"message":{"role":"assistant","content":"');
  await pour(response, HUGE_BYTES);
  response.end('"}}]}');
}

async function pour(response: ServerResponse, total: number): Promise<void> {
  const block = Buffer.alloc(256 * 1024, 'a');
  for (let sent = 0; sent < total && !response.destroyed; sent += block.length) {
    if (response.write(block)) continue;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      response.on('drain', go);
      response.on('close', go);
    });
  }
}
