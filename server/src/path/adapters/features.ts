/** What a call needs of the wire that carries it, and of the model that answers it. */
import { asksToThink, type Call, type MediaPart, type Part } from '@reeve/contracts';
import { innerParts } from './inner-parts.ts';

/** Each is named by the word that the refusal uses. */
export const FEATURES = [
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'penalties',
  'stop',
  'seed',
  'choices',
  'logprobs',
  'logit_bias',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'json',
  'json_schema',
  'reasoning',
  'images',
  'audio',
  'files',
  'images_in_tool_results',
  'dimensions',
  'input_type',
  'top_n',
] as const;
export type Feature = (typeof FEATURES)[number];

/** Callers' fields that change nothing in the answer: a provider that does not know them is not asked for them. */
export const HARMLESS: ReadonlySet<string> = new Set([
  'metadata',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'service_tier',
  'store',
]);

/** The features that the call uses. Settings at the value that everybody has by default need nothing. */
export function findNeeds(call: Call): Set<Feature> {
  const needs = new Set<Feature>();
  const { params } = call;
  const need = (feature: Feature, used: boolean): void => {
    if (used) needs.add(feature);
  };
  need('stream', call.stream);
  need('temperature', params.temperature !== undefined);
  need('top_p', params.topP !== undefined);
  need('top_k', params.topK !== undefined);
  need('penalties', (params.frequencyPenalty ?? 0) !== 0 || (params.presencePenalty ?? 0) !== 0);
  need('stop', (params.stop?.length ?? 0) > 0);
  need('seed', params.seed !== undefined);
  need('choices', (params.choices ?? 1) > 1);
  need('logprobs', params.logprobs !== undefined);
  need('logit_bias', params.logitBias !== undefined);
  need('tools', (params.tools?.length ?? 0) > 0);
  need('tool_choice', params.toolChoice !== undefined && params.toolChoice !== 'auto');
  need('parallel_tool_calls', params.parallelToolCalls === false);
  need('json', params.responseFormat?.type === 'json');
  need('json_schema', params.responseFormat?.type === 'json-schema');
  need('reasoning', asksToThink(params.reasoning));
  need('dimensions', params.dimensions !== undefined);
  need('input_type', params.inputType !== undefined);
  need('top_n', params.topN !== undefined);
  for (const part of call.parts) {
    const held = innerParts(part);
    need('images', held.some(isImage));
    need('audio', part.type === 'audio');
    need('files', held.some(isFile));
    need('tools', part.type === 'tool-call');
    need('images_in_tool_results', part.type === 'tool-result' && held.some((one) => isImage(one) || isFile(one)));
  }
  return needs;
}

const isImage = ({ type }: Part | MediaPart): boolean => type === 'image';
const isFile = ({ type }: Part | MediaPart): boolean => type === 'file';

/** Extensions that only somebody who knows the caller's wire can carry. */
export function findForeignFields(call: Call, known: ReadonlySet<string>): string[] {
  const fields = Object.keys(call.extensions).filter((name) => !HARMLESS.has(name) && !known.has(name));
  const others = call.parts.flatMap((part) => (part.type === 'other' ? [part.name] : []));
  return [...fields.filter((name) => isUsed(call.extensions[name])), ...others];
}

/** What clients send for fields that they leave empty. */
function isUsed(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}
