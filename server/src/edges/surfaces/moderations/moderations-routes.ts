/** The surface of moderations: whether a text or an image is harmful, and in which way. */
import type { CallPath } from '#calls';
import type { RawRoute } from '#kernel';
import { toErrorBody } from '../openai-errors.ts';
import { serveLazily } from '../serve-lazily.ts';

export function createModerationsRoutes(path: CallPath): RawRoute[] {
  return [
    {
      kind: 'raw',
      permission: 'models:invoke',
      method: 'POST',
      path: '/v1/moderations',
      summary: 'Whether texts or images are harmful.',
      renderError: toErrorBody,
      handle: serveLazily(path, toErrorBody, async () => (await import('./open-moderation.ts')).openModeration),
    },
  ];
}
