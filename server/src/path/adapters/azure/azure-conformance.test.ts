import { ADAPTERS } from '../adapters-list.ts';
import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  chatCall,
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
  usageFrame,
} from './azure.fixtures.ts';

const create = await ADAPTERS.azure?.load();
if (create === undefined) throw new Error('azure is not listed');

describeAdapter('azure', {
  create,
  provider,
  modelId: 'gpt-4o-mini',
  plainCall: chatCall(false),
  streamCall: chatCall(true),
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [usageFrame], closing: DONE_FRAME, text: streamText, usage },
  toolFrames,
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
});
