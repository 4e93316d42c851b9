import type { CallParams, Part } from '@reeve/contracts';

const ASKED = 'Give your answer as one JSON object and nothing else: no words around it and no code fence.';

/**
 * Claude binds its answer to a schema, and has no word for "any JSON object": that stands as the last of the
 * instructions. Whoever asks for it has told the model in the prompt what the object holds, as OpenAI demands.
 */
export function askForJson(parts: readonly Part[], { responseFormat }: CallParams): readonly Part[] {
  if (responseFormat?.type !== 'json') return parts;
  return [...parts, { type: 'text', turn: 0, role: 'system', text: ASKED }];
}
