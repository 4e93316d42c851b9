import type { CallPath } from '#calls';
import type { RawRoute } from '#kernel';
import { serveLazily } from '../serve-lazily.ts';
import { REQUEST_ID_HEADER, toErrorBody } from './anthropic-errors.ts';

export function createAnthropicRoutes(path: CallPath): RawRoute[] {
  const route = {
    kind: 'raw',
    method: 'POST',
    permission: 'models:invoke',
    renderError: toErrorBody,
    requestIdHeader: REQUEST_ID_HEADER,
  } as const;
  return [
    {
      ...route,
      path: '/v1/messages',
      summary: 'Anthropic message, plain or streamed.',
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-message.ts')).openMessage),
    },
    {
      ...route,
      path: '/v1/messages/count_tokens',
      summary: 'How many input tokens a message takes.',
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-message.ts')).openCount),
    },
  ];
}
