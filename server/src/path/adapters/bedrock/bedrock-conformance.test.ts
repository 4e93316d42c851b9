import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  errorFrame,
  errors,
  idleFrame,
  makeCall,
  metadata,
  MODEL,
  okWithError,
  plainText,
  provider,
  streamText,
  textFrames,
  toolCall,
  toolFrames,
  usage,
} from './bedrock.fixtures.ts';
import { createBedrockAdapter } from './index.ts';

describeAdapter('bedrock', {
  create: createBedrockAdapter,
  provider,
  modelId: MODEL,
  plainCall: makeCall(),
  streamCall: makeCall(undefined, {}, { stream: true }),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [], closing: metadata, text: streamText, usage },
  toolFrames,
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
  encoding: 'latin1',
  idleFrame,
});
