import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  callOf,
  endFrame,
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
} from './cohere.fixtures.ts';
import { createCohereAdapter } from './index.ts';

describeAdapter('cohere', {
  create: createCohereAdapter,
  provider,
  modelId: 'command-a-03-2025',
  plainCall: callOf(),
  streamCall: callOf({ stream: true }),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [], closing: endFrame('COMPLETE'), text: streamText, usage },
  toolFrames,
  toolClosing: endFrame('TOOL_CALL'),
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
});
