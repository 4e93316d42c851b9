/** Answers of the v2 inference protocol in the shape of its public specification. Made by hand, not recorded. */
import type { Call } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'triton',
  adapter: 'kserve',
  baseUrl: 'http://127.0.0.1:1/v2',
  apiKey: 'kserve-key-0123456789',
  region: null,
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};

/** Texts to embed, as a surface hands them over. */
export function embeddingOf(texts: readonly string[]): Call {
  return {
    kind: 'embedding',
    wire: 'openai',
    model: 'minilm',
    stream: false,
    parts: texts.map((text, turn) => ({ type: 'text', turn, role: 'user', text })),
    params: {},
    extensions: {},
  };
}

export function predictionOf(value: unknown, name = 'tensors'): Call {
  return {
    kind: 'prediction',
    wire: 'openai',
    model: 'yield',
    stream: false,
    parts: [{ type: 'other', turn: 0, role: 'user', name, value }],
    params: {},
    extensions: {},
  };
}

export const inferRequest = {
  id: '42',
  inputs: [{ name: 'rain', shape: [1, 2], datatype: 'FP32', data: [3.5, 4.25] }],
  outputs: [{ name: 'tonnes' }],
};
export const inferAnswer = {
  model_name: 'yield',
  model_version: '1',
  id: '42',
  outputs: [{ name: 'tonnes', shape: [1, 1], datatype: 'FP32', data: [7.5] }],
};

export const vectors = [
  [0.25, -0.5, 1],
  [0, 0.125, -1],
];

/** An answer with the vectors as told, behind a tensor that is none. */
export function vectorsOf(tensor: object = {}): object {
  const ids = { name: 'ids', shape: [2], datatype: 'INT64', data: [1, 2] };
  const output = { name: 'embedding', shape: [2, 3], datatype: 'FP32', data: vectors.flat(), ...tensor };
  return { model_name: 'minilm', outputs: [ids, output] };
}
