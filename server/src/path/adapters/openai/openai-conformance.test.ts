import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  DONE_FRAME,
  errorFrame,
  errorMessages,
  errors,
  okWithError,
  plainText,
  provider,
  rawCall,
  streamText,
  textFrames,
  toolCall,
  toolFrames,
  usage,
  usageFrame,
} from './openai.fixtures.ts';
import { createOpenAiAdapter } from './index.ts';

const messages = [{ role: 'user', content: 'How long is a stick?' }];

describeAdapter('openai', {
  create: createOpenAiAdapter,
  provider,
  modelId: 'gpt-4o-mini',
  plainCall: rawCall({ model: 'gpt-4o-mini', messages }),
  streamCall: rawCall({ model: 'gpt-4o-mini', messages, stream: true }),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [usageFrame], closing: DONE_FRAME, text: streamText, usage },
  toolFrames,
  toolCall,
  errors: new Map(
    ([400, 401, 403, 404, 429, 500, 503] as const).map((status) => [
      status,
      { body: errors[status], message: errorMessages[status] },
    ]),
  ),
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
});
