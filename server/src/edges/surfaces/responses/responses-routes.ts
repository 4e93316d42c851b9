/** The responses surface, stateless: nothing of a call is kept for a later one. */
import type { CallPath } from '#calls';
import type { RawRoute } from '#kernel';
import { toErrorBody } from '../openai-errors.ts';
import { serveLazily } from '../serve-lazily.ts';

export function createResponsesRoutes(path: CallPath): RawRoute[] {
  return [
    {
      kind: 'raw',
      permission: 'models:invoke',
      method: 'POST',
      path: '/v1/responses',
      summary: 'A response of a model, plain or streamed; nothing is stored.',
      renderError: toErrorBody,
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-responses.ts')).openResponses),
    },
  ];
}
