/** The surface of text completions, which chats have followed; models for code and base models still speak it. */
import type { CallPath } from '#calls';
import type { RawRoute } from '#kernel';
import { toErrorBody } from '../openai-errors.ts';
import { serveLazily } from '../serve-lazily.ts';

export function createCompletionsRoutes(path: CallPath): RawRoute[] {
  return [
    {
      kind: 'raw',
      permission: 'models:invoke',
      method: 'POST',
      path: '/v1/completions',
      summary: 'Text completion, plain or streamed.',
      renderError: toErrorBody,
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-completion.ts')).openCompletion),
    },
  ];
}
