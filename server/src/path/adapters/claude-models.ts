/**
 * What Claude takes, at Anthropic and elsewhere, by the version in the model's name. Source: the public models overview and
 * migration guides.
 */
import type { CallParams } from '@reeve/contracts';

export interface ModelTraits {
  /** The most that one answer may hold; this wire has no default of its own. */
  maxOutputTokens: number;
  /** How thinking is asked for: not at all, with a budget of tokens, or adaptive, with an effort. */
  thinking: 'none' | 'budget' | 'adaptive';
  /** An adaptive model that still takes a budget. */
  takesBudget: boolean;
  /** The model thinks unless it is told not to. */
  thinksByDefault: boolean;
  /** Of `temperature` and `top_p`, how many may be set at other values than their default; `top_k` where one may. */
  samplers: 'none' | 'one' | 'both';
  /** Takes a JSON Schema for its answer. */
  takesSchema: boolean;
  /** Knows the effort `xhigh`. */
  takesXhigh: boolean;
}

/** Models of other makers behind this wire: what every server of it knows. */
const FOREIGN: ModelTraits = {
  maxOutputTokens: 4_096,
  thinking: 'budget',
  takesBudget: true,
  thinksByDefault: false,
  samplers: 'both',
  takesSchema: true,
  takesXhigh: false,
};

/**
 * The rule by family. Most output tokens: 4 096 up to Claude 3, 8 192 for 3.5, 32 000 for Opus 4 and 4.1, 64 000 for the
 * others from 3.7 to 4.5, 128 000 from 4.6 on. A name without a version counts as the newest.
 */
export function describeModel(modelId: string): ModelTraits {
  if (!modelId.includes('claude')) return FOREIGN;
  const version = readVersion(modelId);
  return {
    maxOutputTokens: findMaxOutput(version, modelId.includes('opus')),
    thinking: version >= 406 ? 'adaptive' : version >= 307 ? 'budget' : 'none',
    takesBudget: version < 407,
    thinksByDefault: version >= 500,
    samplers: version >= 407 ? 'none' : version >= 401 ? 'one' : 'both',
    takesSchema: version >= 405,
    takesXhigh: version >= 407,
  };
}

/** `claude-3-5-haiku-20241022` → 305, `claude-opus-4-20250514` → 400. A date is no version. */
function readVersion(modelId: string): number {
  const found = /claude-(?:[a-z]+-)*(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/.exec(modelId);
  return found === null ? Number.POSITIVE_INFINITY : Number(found[1]) * 100 + Number(found[2] ?? 0);
}

function findMaxOutput(version: number, opus: boolean): number {
  if (version >= 406) return 128_000;
  if (version >= 307) return opus && version < 405 ? 32_000 : 64_000;
  return version >= 305 ? 8_192 : 4_096;
}

type Samplers = Pick<CallParams, 'temperature' | 'topP' | 'topK'>;

/** What of these settings the model would refuse, in a sentence for the caller, or `null`. */
export function findSamplerFault({ temperature, topP, topK }: Samplers, { samplers }: ModelTraits): string | null {
  if (samplers !== 'none') return null;
  if ((temperature ?? 1) !== 1) return 'This model takes no temperature but 1.';
  if ((topP ?? 1) !== 1) return 'This model takes no top_p but 1.';
  return topK === undefined ? null : 'This model takes no top_k.';
}

/**
 * Those that the model may hear. Where it takes only one, it hears the one that is not at its default, and of two the
 * temperature, which is the one that its maker advises to alter: many clients set both.
 */
export function fitSamplers(
  { temperature, topP }: Samplers,
  { samplers }: ModelTraits,
): { temperature?: number | undefined; topP?: number | undefined } {
  if (samplers === 'none') return {};
  if (samplers === 'both' || temperature === undefined || topP === undefined) return { temperature, topP };
  return temperature === 1 ? { topP } : { temperature };
}

/** Claude that must call a tool cannot think before it does: it refuses to be asked for both. */
export function forcesTool({ toolChoice }: Pick<CallParams, 'toolChoice'>): boolean {
  return toolChoice === 'required' || typeof toolChoice === 'object';
}
