/** The surface of reranking, which OpenAI has none of: errors have OpenAI's shape like everywhere around it. */
import type { CallPath } from '#calls';
import type { RawRoute } from '#kernel';
import { toErrorBody } from '../openai-errors.ts';
import { serveLazily } from '../serve-lazily.ts';

export function createRerankRoutes(path: CallPath): RawRoute[] {
  return [
    {
      kind: 'raw',
      permission: 'models:invoke',
      method: 'POST',
      path: '/v1/rerank',
      summary: 'Documents by how well they answer a query, best first.',
      renderError: toErrorBody,
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-rerank.ts')).openRerank),
    },
  ];
}
