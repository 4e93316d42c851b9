/**
 * Answers of Amazon Bedrock in the shape of the public API reference (Converse, ConverseStream, InvokeModel), framed by
 * the public specification of AWS event streams. Made by hand, not recorded.
 */
import { crc32 } from 'node:zlib';
import type { Call, CallParams, Part, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const MODEL = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';

export const provider: Provider = {
  name: 'bedrock',
  adapter: 'bedrock',
  baseUrl: 'http://127.0.0.1:1',
  apiKey: null,
  region: 'eu',
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: 'bedrock',
  settings: {
    aws_region: 'eu-central-1',
    access_key_id: 'AKIDEXAMPLE',
    secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  },
};

const QUESTION: Part = { type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' };

export function makeCall(parts: readonly Part[] = [QUESTION], params: CallParams = {}, rest: Partial<Call> = {}): Call {
  return { kind: 'chat', wire: 'openai', model: MODEL, stream: false, parts, params, extensions: {}, ...rest };
}

export const usage: Usage = {
  inputTokens: 19,
  outputTokens: 10,
  cachedInputTokens: 8,
  cacheWriteTokens: 3,
  estimated: false,
};
const wireUsage = {
  inputTokens: 8,
  outputTokens: 10,
  totalTokens: 29,
  cacheReadInputTokens: 8,
  cacheWriteInputTokens: 3,
  cacheDetails: [{ ttl: '5m', inputTokens: 3 }],
};

export const toolCall = { id: 'tooluse_9', name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' };

export function converse(content: unknown, stopReason: string, extra: object = { usage: wireUsage }): string {
  const output = { message: { role: 'assistant', content } };
  return JSON.stringify({ metrics: { latencyMs: 7 }, output, stopReason, ...extra });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';

export const bodies = {
  plain: converse([{ text: plainText }], 'end_turn'),
  withoutUsage: converse([{ text: plainText }], 'end_turn', {}),
  tools: converse(
    [
      { text: 'Let me look.' },
      { toolUse: { toolUseId: toolCall.id, name: toolCall.name, input: { city: 'Zürich', unit: 'celsius' } } },
    ],
    'tool_use',
  ),
};

const wireError = (message: string): string => JSON.stringify({ message });

export const errors = new Map(
  (
    [
      [400, 'The provided model identifier is invalid.'],
      [403, 'User is not authorized to perform: bedrock:InvokeModel'],
      [404, 'Model not found.'],
      [408, 'Model has timed out in processing the request.'],
      [424, 'The model returned an error.'],
      [429, 'Too many requests, please wait before trying again.'],
      [500, 'The system encountered an unexpected error.'],
      [503, 'Bedrock is unable to process your request.'],
      [529, 'The model is overloaded.'],
    ] as const
  ).map(([status, message]) => [status, { body: wireError(message), message }]),
);

type Headers = Readonly<Record<string, string>>;

/** One message of an event stream. */
export function toMessage(headers: Headers, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + head.length + body.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  const checked = Buffer.concat([prelude, encodeChecksum(prelude), head, body]);
  return Buffer.concat([checked, encodeChecksum(checked)]);
}

function encodeHeader(name: string, value: string): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), size, Buffer.from(value)]);
}

function encodeChecksum(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}

/** Bytes as the shared suite holds them: a character each. */
const toFrame = (headers: Headers, payload: string): string => toMessage(headers, payload).toString('latin1');

export function toEvent(type: string, payload: object): string {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  // Bedrock fills events up, so that their length tells nothing.
  return toFrame(headers, JSON.stringify({ ...payload, p: 'abcdefgh' }));
}

export function toException(type: string, payload: object): string {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' };
  return toFrame(headers, JSON.stringify(payload));
}

export const start = toEvent('messageStart', { role: 'assistant' });
export const stop = (stopReason: string): string => toEvent('messageStop', { stopReason });
export const blockStop = (contentBlockIndex: number): string => toEvent('contentBlockStop', { contentBlockIndex });
export const delta = (contentBlockIndex: number, content: object): string =>
  toEvent('contentBlockDelta', { contentBlockIndex, delta: content });
export const toolStart = (contentBlockIndex: number, toolUse: object): string =>
  toEvent('contentBlockStart', { contentBlockIndex, start: { toolUse } });

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. ', '🌾'];
export const streamText = words.join('');
export const textFrames = [start, ...words.map((text) => delta(0, { text })), blockStop(0), stop('end_turn')];
export const metadata = toEvent('metadata', { usage: wireUsage, metrics: { latencyMs: 7 } });
export const idleFrame = toEvent('heartbeat', {});

const half = Math.floor(toolCall.arguments.length / 2);
export const toolFrames = [
  start,
  delta(0, { text: 'Let me look.' }),
  blockStop(0),
  toolStart(1, { toolUseId: toolCall.id, name: toolCall.name }),
  delta(1, { toolUse: { input: '' } }),
  delta(1, { toolUse: { input: toolCall.arguments.slice(0, half) } }),
  delta(1, { toolUse: { input: toolCall.arguments.slice(half) } }),
  blockStop(1),
  stop('tool_use'),
];

export const okWithError = wireError('The engine overheated.');
export const errorFrame = toFrame(
  { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'The engine overheated.' },
  '',
);
