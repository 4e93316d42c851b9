/** What tests of adapters share: answers put on a raw socket, reads that are cut as told, and what came of them. */
import type { Socket } from 'node:net';
import type { AnswerEvent, AnswerFrame, Call, Usage } from '@reeve/contracts';
import { createLoopbackClient, startRawUpstream, type RawUpstream } from '#platform/http-client/testing.ts';
import type { HttpClient, IncomingAnswer } from '#platform/http-client/port.ts';
import { systemClock } from '../../platform/clock/system-clock.ts';
import type { AdapterDeps, Invocation, ModelAdapter, Provider, UpstreamFailure } from './adapter.ts';

export interface AdapterFixtures {
  create(deps: AdapterDeps): ModelAdapter;
  /** Its `baseUrl` is replaced by the upstream's. */
  provider: Provider;
  modelId: string;
  plainCall: Call;
  /** A stream that asks for no usage. */
  streamCall: Call;
  plain: { body: string; text: string; usage: Usage };
  withoutUsage: string;
  toolBody: string;
  /** `hidden` are frames that the caller did not ask for; `closing` is the provider's last. */
  stream: { frames: readonly string[]; hidden: readonly string[]; closing: string; text: string; usage: Usage };
  toolFrames: readonly string[];
  /** Closes `toolFrames`, where the closing frame says how an answer ended; else that of `stream` does. */
  toolClosing?: string;
  toolCall: { id: string; name: string; arguments: string };
  /** Error status → body, and the sentence that the caller reads. */
  errors: ReadonlyMap<number, { body: string; message: string }>;
  okWithError: { body: string; frame: string; message: string };
  /** `latin1` for a wire of binary frames: each byte is a character of the fixtures then. */
  encoding?: BufferEncoding;
  /** A frame that says nothing, where it is not a comment of server-sent events. */
  idleFrame?: string;
}

export type Open = (respond: (socket: Socket, request: string) => void) => Promise<AdapterRig>;

/** A whole answer with its length. */
export function sendWhole(socket: Socket, status: number, body: string, headers: readonly string[] = []): void {
  const head = [`HTTP/1.1 ${status} Told`, `content-length: ${Buffer.byteLength(body)}`, ...headers];
  const type = headers.some((line) => line.startsWith('content-type:')) ? [] : ['content-type: application/json'];
  socket.write(`${[...head, ...type].join('\r\n')}\r\n\r\n${body}`);
}

/** The head of a stream; `sendChunk` and `endStream` follow. */
export function openStream(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
}

export function sendChunk(socket: Socket, text: string): void {
  const bytes = Buffer.from(text, encodings.get(socket) ?? 'utf8');
  socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
}

/** Connections whose frames are no text. */
const encodings = new WeakMap<Socket, BufferEncoding>();

export function endStream(socket: Socket): void {
  socket.write('0\r\n\r\n');
}

export function sendStream(socket: Socket, text: string): void {
  openStream(socket);
  sendChunk(socket, text);
  endStream(socket);
}

export interface AdapterRig {
  upstream: RawUpstream;
  /** The whole requests that came, head and body. */
  requests: string[];
  invoke(call: Call, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Invocation>;
  close(): Promise<void>;
}

interface AdapterRigParts {
  create(deps: AdapterDeps): ModelAdapter;
  provider: Provider;
  modelId: string;
  encoding?: BufferEncoding;
  respond(socket: Socket, request: string): void;
}

/** An adapter over the real client, before a loopback upstream that answers as told. */
export async function openAdapterRig(parts: AdapterRigParts): Promise<AdapterRig> {
  const { create, provider, modelId, encoding = 'utf8', respond } = parts;
  const requests: string[] = [];
  const upstream = await startRawUpstream((socket, request) => {
    requests.push(request);
    encodings.set(socket, encoding);
    respond(socket, request);
  });
  const httpClient = createLoopbackClient();
  const adapter = create({ httpClient, clock: systemClock });
  return {
    upstream,
    requests,
    invoke(call, { timeoutMs = 5_000, signal = new AbortController().signal } = {}) {
      const here = { ...provider, baseUrl: `${upstream.origin}/v1`, timeoutMs };
      return adapter.invoke({ call, provider: here, modelId, timeoutMs, signal });
    },
    async close() {
      await httpClient.close();
      await upstream.close();
    },
  };
}

/** A client whose one answer comes in exactly these reads: what no socket can promise. */
export function replayReads(reads: readonly Buffer[]): HttpClient {
  return {
    async exchange(): Promise<IncomingAnswer> {
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        readAll: async () => Buffer.concat(reads),
        async *[Symbol.asyncIterator]() {
          yield* reads;
        },
        abort: () => undefined,
      };
    },
    close: async () => undefined,
  };
}

export interface Gathered {
  /** The forwarded bytes. */
  forwarded: string;
  events: AnswerEvent[];
  text: string;
}

/** Reads a stream to its end. */
export async function gather(invocation: Invocation, encoding: BufferEncoding = 'utf8'): Promise<Gathered> {
  const frames: AnswerFrame[] = [];
  for await (const frame of framesOf(invocation)) frames.push(frame);
  const events = frames.flatMap((frame) => frame.events);
  const forwarded = Buffer.concat(frames.flatMap((frame) => frame.raw?.bytes ?? [])).toString(encoding);
  return { forwarded, events, text: events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('') };
}

export function framesOf(invocation: Invocation): AsyncIterable<AnswerFrame> {
  if (invocation.type === 'stream') return invocation.frames;
  throw new Error(`not a stream but ${JSON.stringify(invocation).slice(0, 300)}`);
}

export function failureOf(invocation: Invocation): UpstreamFailure {
  if (invocation.type === 'failure') return invocation.failure;
  throw new Error(`not a failure but ${invocation.type}`);
}
