/**
 * The process behind `smollm.ts`: `node smollm-server.ts <model.gguf> <node-llama-cpp/dist/index.js>`.
 * One question at a time on one thread; two threads on a busy machine spin for one another.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';

/** The few names of node-llama-cpp that are used here; the package lives outside the project. */
interface LlamaModule {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
  LlamaCompletion: new (options: { contextSequence: unknown }) => LlamaCompletion;
  LlamaText(parts: readonly unknown[]): { tokenize(tokenizer: unknown): readonly unknown[] };
  LlamaLogLevel: { error: unknown };
  SpecialTokensText: new (text: string) => unknown;
}
interface LlamaModel {
  tokenizer: unknown;
  tokenize(text: string): readonly unknown[];
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>;
}
interface LlamaSequence {
  clearHistory(): Promise<void>;
}
interface LlamaCompletion {
  generateCompletionWithMeta(
    prompt: unknown,
    options: object,
  ): Promise<{ response: string; metadata: { stopReason: string } }>;
}

interface Question {
  model: string;
  messages: readonly { role: string; content: string }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  seed?: number;
}

const CONTEXT_TOKENS = 2048;
const DEFAULT_MAX_TOKENS = 128;

const [modelPath = '', modulePath = ''] = process.argv.slice(2);
const key = process.env['SMOLLM_KEY'] ?? '';
const llamaModule: LlamaModule = await import(pathToFileURL(modulePath).href);
const llama = await llamaModule.getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  maxThreads: 1,
  logLevel: llamaModule.LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: 1, batchSize: 512, sequences: 1 });
const sequence = context.getSequence();
const completion = new llamaModule.LlamaCompletion({ contextSequence: sequence });
let queue: Promise<unknown> = Promise.resolve();

const server = createServer((request, response) => {
  const turn = queue.then(() => serve(request, response));
  queue = turn.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`));
process.once('SIGTERM', () => process.exit(0));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (request.headers.authorization !== `Bearer ${key}`) return refuse(response, 401, 'wrong key');
  if (request.url !== '/v1/chat/completions') return refuse(response, 404, 'no such path');
  const question = JSON.parse(Buffer.concat(parts).toString('utf8')) as Question;
  const prompt = render(question.messages);
  const promptTokens = prompt.tokenize(model.tokenizer).length;
  const maxTokens = question.max_completion_tokens ?? question.max_tokens ?? DEFAULT_MAX_TOKENS;
  // A longer prompt would be cut without an error.
  if (promptTokens + maxTokens > CONTEXT_TOKENS) return refuse(response, 400, 'the prompt is too long');
  await generate(question, { prompt, promptTokens, maxTokens }, response);
}

interface Plan {
  prompt: unknown;
  promptTokens: number;
  maxTokens: number;
}

async function generate(question: Question, plan: Plan, response: ServerResponse): Promise<void> {
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const streams = question.stream === true;
  const base = { id: `chatcmpl-${Date.now()}`, created: Math.floor(Date.now() / 1000), model: question.model };
  const send = (choices: readonly unknown[], extra: object = {}): void => {
    const chunk = { ...base, object: 'chat.completion.chunk', choices, ...extra };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  if (streams) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]);
  }
  const emit = (content: string): void => {
    if (streams) send([{ index: 0, delta: { content }, finish_reason: null }]);
  };
  await sequence.clearHistory();
  const { response: text, metadata } = await completion.generateCompletionWithMeta(plan.prompt, {
    temperature: question.temperature ?? 0,
    maxTokens: plan.maxTokens,
    ...(question.seed === undefined ? {} : { seed: question.seed }),
    signal: abort.signal,
    stopOnAbortSignal: true,
    onTextChunk: emit,
  });
  if (response.destroyed) return;
  const completionTokens = model.tokenize(text).length;
  const usage = {
    prompt_tokens: plan.promptTokens,
    completion_tokens: completionTokens,
    total_tokens: plan.promptTokens + completionTokens,
  };
  const finishReason = metadata.stopReason === 'maxTokens' ? 'length' : 'stop';
  if (!streams) {
    const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: finishReason };
    return sendJson(response, 200, { ...base, object: 'chat.completion', choices: [choice], usage });
  }
  send([{ index: 0, delta: {}, finish_reason: finishReason }]);
  if (question.stream_options?.include_usage === true) send([], { usage });
  response.end('data: [DONE]\n\n');
}

/** The model's own chat template. User text is plain text: control words that it types stay text. */
function render(messages: Question['messages']): ReturnType<LlamaModule['LlamaText']> {
  const special = (text: string): unknown => new llamaModule.SpecialTokensText(text);
  return llamaModule.LlamaText([
    ...messages.flatMap((message) => [
      special(`<|im_start|>${message.role}\n`),
      message.content,
      special('<|im_end|>\n'),
    ]),
    special('<|im_start|>assistant\n'),
  ]);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
