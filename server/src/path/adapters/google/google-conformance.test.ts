import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  callOf,
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
} from './google.fixtures.ts';
import { createGoogleAdapter } from './index.ts';

describeAdapter('google', {
  create: createGoogleAdapter,
  provider,
  modelId: 'gemini-2.5-flash',
  plainCall: callOf(),
  streamCall: callOf({ stream: true }),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [], closing: '', text: streamText, usage },
  toolFrames,
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
});
