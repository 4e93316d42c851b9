/** How much a model may think, in the words of this wire. */
import { asksToThink, type ReasoningEffort, type ReasoningParams } from '@reeve/contracts';
import { dropAbsent } from '../read-json.ts';
import type { ModelTraits } from '../claude-models.ts';

/** The least that this wire takes. */
export const BUDGET_MIN = 1_024;

/** Efforts as budgets, in tokens, for models that know no effort. */
const BUDGETS: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: BUDGET_MIN,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: Number.POSITIVE_INFINITY,
};

/** Of what an answer may hold, so much may be spent on thinking that an effort stands for. */
const SHARE_MAX = 0.8;

interface Thinking {
  thinking?: Readonly<Record<string, unknown>>;
  /** For `output_config`. */
  effort?: string;
}

/**
 * Adaptive models get the effort itself (`minimal` as `low`; `xhigh` as `high` where it is unknown), older ones a budget
 * that fits into `maxTokens`. A budget that the caller gave goes out as it is. Asked for without either, an adaptive model
 * chooses by itself and an older one gets a medium effort.
 */
export function toThinking(reasoning: ReasoningParams | undefined, traits: ModelTraits, maxTokens: number): Thinking {
  if (!asksToThink(reasoning)) {
    return reasoning !== undefined && traits.thinksByDefault ? { thinking: { type: 'disabled' } } : {};
  }
  const { effort, budgetTokens, visible } = reasoning;
  if (traits.thinking === 'adaptive' && budgetTokens === undefined) {
    const display = visible === undefined ? undefined : visible ? 'summarized' : 'omitted';
    const thinking = dropAbsent({ type: 'adaptive', display });
    return effort === undefined ? { thinking } : { thinking, effort: toEffort(effort, traits) };
  }
  return { thinking: { type: 'enabled', budget_tokens: budgetTokens ?? fitBudget(effort ?? 'medium', maxTokens) } };
}

function toEffort(effort: ReasoningEffort, { takesXhigh }: ModelTraits): string {
  if (effort === 'minimal') return 'low';
  return effort === 'xhigh' && !takesXhigh ? 'high' : effort;
}

function fitBudget(effort: ReasoningEffort, maxTokens: number): number {
  const wanted = effort === 'none' ? BUDGET_MIN : BUDGETS[effort];
  return Math.max(BUDGET_MIN, Math.min(wanted, Math.floor(maxTokens * SHARE_MAX)));
}
