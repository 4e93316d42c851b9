import { describeAdapter } from '../conformance.ts';
import { createOpenAiAdapter } from './index.ts';
import { errorMessages, errors } from './openai.fixtures.ts';
import {
  completedFrame,
  failedBody,
  frameOf,
  functionCall,
  message,
  response,
  responseFrames,
  responsesCall,
  responsesProvider,
  responseText,
  responseTool,
  responseToolFrames,
  responseUsage,
} from './responses.fixtures.ts';

describeAdapter('openai responses', {
  create: createOpenAiAdapter,
  provider: responsesProvider,
  modelId: 'gpt-4o-mini',
  plainCall: responsesCall({ input: 'How long is a stick?' }),
  streamCall: responsesCall({ input: 'How long is a stick?', stream: true }),
  plain: { body: JSON.stringify(response([message])), text: responseText, usage: responseUsage },
  withoutUsage: JSON.stringify(response([message], { usage: null })),
  toolBody: JSON.stringify(response([functionCall])),
  stream: { frames: responseFrames, hidden: [], closing: completedFrame, text: responseText, usage: responseUsage },
  toolFrames: responseToolFrames,
  toolCall: responseTool,
  errors: new Map(
    ([400, 401, 403, 404, 429, 500, 503] as const).map((status) => [
      status,
      { body: errors[status], message: errorMessages[status] },
    ]),
  ),
  okWithError: {
    body: failedBody,
    frame: frameOf(1, 'error', { code: null, message: 'The engine overheated.', param: null }),
    message: 'The engine overheated.',
  },
});
