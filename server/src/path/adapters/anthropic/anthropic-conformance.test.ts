import { describeAdapter } from '../conformance.ts';
import {
  bodies,
  closingFrame,
  errorFrame,
  errors,
  foreignCall,
  modelId,
  okWithError,
  plainText,
  provider,
  rawCall,
  streamText,
  textFrames,
  toolCall,
  toolFrames,
  usage,
} from './anthropic.fixtures.ts';
import { createAnthropicAdapter } from './index.ts';

const body = { model: modelId, max_tokens: 64, messages: [{ role: 'user', content: 'How long is a stick?' }] };
const parts = [{ type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' }] as const;

const common = {
  create: createAnthropicAdapter,
  provider,
  modelId,
  plain: { body: bodies.plain, text: plainText, usage },
  withoutUsage: bodies.withoutUsage,
  toolBody: bodies.tools,
  stream: { frames: textFrames, hidden: [], closing: closingFrame, text: streamText, usage },
  toolFrames,
  toolCall,
  errors,
  okWithError: { body: okWithError, frame: errorFrame, message: 'The engine overheated.' },
};

describeAdapter('anthropic', {
  ...common,
  plainCall: rawCall(body),
  streamCall: rawCall({ ...body, stream: true }),
});

describeAdapter('anthropic, called from another wire', {
  ...common,
  plainCall: foreignCall(parts),
  streamCall: foreignCall(parts, {}, { stream: true }),
});
