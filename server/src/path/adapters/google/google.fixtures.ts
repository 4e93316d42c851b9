/** Answers of the Gemini API in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'gemini',
  adapter: 'google',
  baseUrl: 'http://127.0.0.1:1/v1beta',
  apiKey: 'google-key-0123456789',
  region: null,
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};

/** A question as another surface asks it. */
export function callOf(more: Partial<Call> = {}): Call {
  return {
    kind: 'chat',
    wire: 'openai',
    model: 'gemini',
    stream: false,
    parts: [{ type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' }],
    params: {},
    extensions: {},
    ...more,
  };
}

export const usage: Usage = {
  inputTokens: 19,
  outputTokens: 15,
  cachedInputTokens: 8,
  reasoningTokens: 5,
  estimated: false,
};

const usageMetadata = {
  promptTokenCount: 19,
  cachedContentTokenCount: 8,
  candidatesTokenCount: 10,
  thoughtsTokenCount: 5,
  totalTokenCount: 34,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 19 }],
};

export const RESPONSE_ID = 'mAitaLmkHPPlz7IP';

/** A whole answer of one candidate. */
export function bodyOf(parts: readonly object[], candidate: object = {}, more: object = { usageMetadata }): string {
  return JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0, ...candidate }],
    ...more,
    modelVersion: 'gemini-2.5-flash',
    responseId: RESPONSE_ID,
  });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';
export const toolCall = { id: 'fc_9', name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' };
export const functionCall = { id: 'fc_9', name: 'get_weather', args: { city: 'Zürich', unit: 'celsius' } };

export const bodies = {
  plain: bodyOf([{ text: plainText }]),
  withoutUsage: bodyOf([{ text: plainText }], {}, {}),
  tools: bodyOf([{ functionCall }]),
  blocked: JSON.stringify({
    promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
    usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
    modelVersion: 'gemini-2.5-flash',
  }),
  embeddings: JSON.stringify({ embeddings: [{ values: [0.25, -0.5, 1] }, { values: [0, 0.125, -1] }] }),
  count: JSON.stringify({ totalTokens: 31, promptTokensDetails: [{ modality: 'TEXT', tokenCount: 31 }] }),
} as const;

export function wireError(code: number, status: string, message: string, details: readonly object[] = []): string {
  return JSON.stringify({ error: { code, message, status, ...(details.length === 0 ? {} : { details }) } });
}

export const errors: ReadonlyMap<number, { body: string; message: string }> = new Map([
  [
    400,
    {
      body: wireError(400, 'INVALID_ARGUMENT', 'Invalid value at temperature.'),
      message: 'Invalid value at temperature.',
    },
  ],
  [
    401,
    {
      body: wireError(401, 'UNAUTHENTICATED', 'Key google-key-0123456789 is not valid.'),
      message: 'Key [key] is not valid.',
    },
  ],
  [403, { body: wireError(403, 'PERMISSION_DENIED', 'Permission denied.'), message: 'Permission denied.' }],
  [404, { body: wireError(404, 'NOT_FOUND', 'models/nope is not found.'), message: 'models/nope is not found.' }],
  [408, { body: wireError(408, 'CANCELLED', 'The request took too long.'), message: 'The request took too long.' }],
  [429, { body: `[${wireError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.')}]`, message: 'Quota exceeded.' }],
  [
    500,
    { body: wireError(500, 'INTERNAL', 'An internal error has occurred.'), message: 'An internal error has occurred.' },
  ],
  [
    503,
    { body: `[${wireError(503, 'UNAVAILABLE', 'The model is overloaded.')}]`, message: 'The model is overloaded.' },
  ],
  [529, { body: wireError(529, 'UNAVAILABLE', 'The site is overloaded.'), message: 'The site is overloaded.' }],
]);

export const okWithError = JSON.stringify({ error: { message: 'The engine overheated.', status: 'INTERNAL' } });

export const toFrame = (data: string): string => `data: ${data}\r\n\r\n`;
export const errorFrame = toFrame(okWithError);

/** A chunk that does not end the answer: its figures are those up to it. */
export function chunkOf(parts: readonly object[], candidate: object = {}, more: object = {}): string {
  return JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
    usageMetadata: { promptTokenCount: 19, candidatesTokenCount: 2, totalTokenCount: 21 },
    modelVersion: 'gemini-2.5-flash',
    responseId: RESPONSE_ID,
    ...more,
  });
}

/** The chunk that ends the answer. */
export const lastChunkOf = (parts: readonly object[], candidate: object = {}): string =>
  chunkOf(parts, { finishReason: 'STOP', ...candidate }, { usageMetadata });

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. '];
export const streamText = `${words.join('')}🌾`;
export const textFrames = [...words.map((text) => chunkOf([{ text }])), lastChunkOf([{ text: '🌾' }])].map(toFrame);
export const toolFrames = [chunkOf([{ text: 'I look.' }]), chunkOf([{ functionCall }]), lastChunkOf([])].map(toFrame);
