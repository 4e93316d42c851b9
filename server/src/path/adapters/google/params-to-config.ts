/** From a call's settings to `generationConfig`. */
import type { Call, ReasoningEffort, ReasoningParams, ResponseFormat } from '@reeve/contracts';
import { dropAbsent } from '../read-json.ts';
import { readGeneration } from './google-wire.ts';

/** Empty where the call sets nothing. Some models refuse a penalty even where it is 0, which says nothing. */
export function paramsToConfig({ params, parts }: Call, modelId: string): Record<string, unknown> {
  const { logprobs, reasoning, stop } = params;
  return dropAbsent({
    maxOutputTokens: params.maxOutputTokens,
    temperature: params.temperature,
    topP: params.topP,
    topK: params.topK,
    stopSequences: stop?.length === 0 ? undefined : stop,
    seed: params.seed,
    candidateCount: params.choices,
    presencePenalty: params.presencePenalty === 0 ? undefined : params.presencePenalty,
    frequencyPenalty: params.frequencyPenalty === 0 ? undefined : params.frequencyPenalty,
    responseLogprobs: logprobs === undefined ? undefined : true,
    logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    ...toFormat(params.responseFormat),
    thinkingConfig: reasoning === undefined ? undefined : toThinking(reasoning, modelId),
    mediaResolution: findResolution(parts),
  });
}

function toFormat(format: ResponseFormat | undefined): object {
  if (format === undefined || format.type === 'text') return {};
  const responseMimeType = 'application/json';
  return format.type === 'json' ? { responseMimeType } : { responseMimeType, responseJsonSchema: format.schema };
}

/** Models from generation 3 on take a level; the others, and those whose name does not tell, a number of tokens. */
function toThinking({ effort, budgetTokens, visible }: ReasoningParams, modelId: string): object {
  const includeThoughts = visible === true ? true : undefined;
  if (budgetTokens !== undefined) return dropAbsent({ thinkingBudget: budgetTokens, includeThoughts });
  if (effort === undefined) return dropAbsent({ includeThoughts });
  if (readGeneration(modelId) >= 3) return dropAbsent({ thinkingLevel: toLevel(effort, modelId), includeThoughts });
  return dropAbsent({ thinkingBudget: toBudget(effort, modelId), includeThoughts });
}

/** These models always think; the least that they do differs. */
function toLevel(effort: ReasoningEffort, modelId: string): string {
  if (effort === 'none' || effort === 'minimal') return isPro(modelId) ? 'low' : 'minimal';
  return effort === 'low' || effort === 'medium' ? effort : 'high';
}

/** The steps that the provider's own OpenAI-compatible endpoint uses. */
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};
const PRO_BUDGET_MIN = 128;

function toBudget(effort: ReasoningEffort, modelId: string): number {
  return isPro(modelId) ? Math.max(BUDGETS[effort], PRO_BUDGET_MIN) : BUDGETS[effort];
}

const isPro = (modelId: string): boolean => /-pro\b/.test(modelId);

/** The callers' `detail` stands at each image, this wire's resolution at the whole request: it is set where all agree. */
function findResolution(parts: Call['parts']): string | undefined {
  const details = new Set(parts.flatMap((part) => (part.type === 'image' ? [part.detail] : [])));
  if (details.size !== 1) return undefined;
  const [detail] = details;
  if (detail === 'low') return 'MEDIA_RESOLUTION_LOW';
  return detail === 'high' ? 'MEDIA_RESOLUTION_HIGH' : undefined;
}
