import type { Answer, Usage } from '@reeve/contracts';
import { toErrorFrame, toPassedError } from '../openai-errors.ts';
import type { SurfaceVoice } from '../serve-call.ts';
import { WIRE, type RerankRequest } from './rerank-wire.ts';

/** How one call is answered: with the provider's own bytes where it speaks this wire, else rendered from its scores. */
export function createRerankVoice(request: RerankRequest): SurfaceVoice {
  return {
    surface: 'rerank',
    wire: WIRE,
    renderAnswer: (answer, usage, head) =>
      answer.raw?.wire === WIRE ? answer.raw.bytes : renderAnswer(answer, usage, `rerank-${head.receiptId}`, request),
    // A ranking is never streamed.
    renderFrame: () => '',
    renderEnd: () => '',
    closingFrame: () => '',
    renderError: toPassedError,
    renderErrorFrame: toErrorFrame,
  };
}

function renderAnswer({ parts }: Answer, usage: Usage, id: string, request: RerankRequest): string {
  const scores = parts.flatMap((part) => (part.type === 'score' ? [part] : []));
  const results = scores.slice(0, request.top_n ?? scores.length).map(({ index, score }) => ({
    index,
    relevance_score: score,
    ...(request.return_documents === true ? { document: toDocument(request.documents[index]) } : {}),
  }));
  return JSON.stringify({ id, model: request.model, results, ...renderUsage(usage) });
}

/** `usage` is what clients of Jina read, `meta` those of Cohere. */
function renderUsage({ inputTokens, searches }: Usage) {
  return {
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
    meta: {
      api_version: { version: '1' },
      billed_units: searches === undefined ? { input_tokens: inputTokens } : { search_units: searches },
      tokens: { input_tokens: inputTokens },
    },
  };
}

function toDocument(document: RerankRequest['documents'][number] | undefined) {
  return typeof document === 'string' ? { text: document } : (document ?? {});
}
