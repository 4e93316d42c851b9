/** What the tests of both renderings say: the same words, ours and on the wire. */
import type { RenderContext } from './answer-to-openai.ts';

export const context: RenderContext = {
  id: 'chatcmpl-rcp_1',
  createdSeconds: 1,
  model: 'm',
  includeUsage: false,
  base64: false,
};

export const citation = { url: 'https://a.example', title: 'A', quote: null, start: 1, end: 4 };
export const annotation = {
  type: 'url_citation',
  url_citation: { url: 'https://a.example', title: 'A', start_index: 1, end_index: 4 },
};
export const logprob = { token: 'A', logprob: -1, bytes: [65], top: [] };
export const wireLogprob = { token: 'A', logprob: -1, bytes: [65], top_logprobs: [] };
