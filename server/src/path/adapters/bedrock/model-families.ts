/**
 * What Converse leaves to each model: its fields beyond the common ones, by the family in the model's name. Source: the
 * public parameter references of the models on Bedrock.
 */
import { asksToThink, type CallParams, type ReasoningEffort } from '@reeve/contracts';
import { describeModel } from '../claude-models.ts';
import { dropAbsent } from '../read-json.ts';

export type Family = 'claude' | 'nova' | 'gpt-oss' | 'cohere' | 'other';

/** An ARN of an inference profile that a customer made hides its model: it counts as `other`. */
export function findFamily(modelId: string): Family {
  if (modelId.includes('anthropic.claude')) return 'claude';
  if (modelId.includes('amazon.nova')) return 'nova';
  if (modelId.includes('openai.gpt-oss')) return 'gpt-oss';
  return modelId.includes('cohere.') ? 'cohere' : 'other';
}

/** `additionalModelRequestFields` for these settings. */
export function toModelFields(params: CallParams, modelId: string): Record<string, unknown> {
  const family = findFamily(modelId);
  return { ...toTopK(params.topK, family), ...toReasoning(params, family, modelId) };
}

function toTopK(topK: number | undefined, family: Family): object {
  if (topK === undefined) return {};
  if (family === 'nova') return { inferenceConfig: { topK } };
  return family === 'cohere' ? { k: topK } : { top_k: topK };
}

function toReasoning({ reasoning, maxOutputTokens }: CallParams, family: Family, modelId: string): object {
  if (!asksToThink(reasoning)) return {};
  const { effort = 'medium', budgetTokens } = reasoning;
  if (family === 'nova') return { reasoningConfig: { type: 'enabled', maxReasoningEffort: toThreeSteps(effort) } };
  if (family === 'gpt-oss') return { reasoning_effort: toThreeSteps(effort) };
  if (budgetTokens === undefined && describeModel(modelId).thinking === 'adaptive') {
    const output = { effort: effort === 'minimal' ? 'low' : effort };
    return dropAbsent({
      thinking: { type: 'adaptive' },
      output_config: reasoning.effort === undefined ? undefined : output,
    });
  }
  return { thinking: { type: 'enabled', budget_tokens: budgetTokens ?? fitBudget(effort, maxOutputTokens) } };
}

/** The least that Claude takes. */
export const BUDGET_MIN = 1_024;

const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: BUDGET_MIN,
  minimal: BUDGET_MIN,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** What an answer holds where nobody limits it: Claude's default on Bedrock. */
const OUTPUT_TOKENS = 64_000;
/** Of what an answer may hold, so much may be spent on thinking that an effort stands for. */
const SHARE_MAX = 0.8;

function fitBudget(effort: ReasoningEffort, maxOutputTokens = OUTPUT_TOKENS): number {
  return Math.max(BUDGET_MIN, Math.min(BUDGETS[effort], Math.floor(maxOutputTokens * SHARE_MAX)));
}

function toThreeSteps(effort: ReasoningEffort): string {
  if (effort === 'medium') return effort;
  return effort === 'minimal' || effort === 'low' ? 'low' : 'high';
}
