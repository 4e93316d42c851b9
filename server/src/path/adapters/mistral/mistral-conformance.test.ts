import { describeAdapter } from '../conformance.ts';
import { createMistralAdapter } from './index.ts';
import {
  bodies,
  callOf,
  DONE_FRAME,
  errorFrame,
  errors,
  okWithError,
  plainText,
  provider,
  streamText,
  textFrames,
  toolCall,
  toolFrames,
  usage,
} from './mistral.fixtures.ts';

describeAdapter('mistral', {
  create: createMistralAdapter,
  provider,
  modelId: 'mistral-small-latest',
  plainCall: callOf(),
  streamCall: callOf({ stream: true }),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [], closing: DONE_FRAME, text: streamText, usage },
  toolFrames,
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
});
