/** What of a call this wire cannot hold, although its kind of feature is carried: values out of range, shapes it has no block for. */
import { asksToThink, type Call, type CallParams, type MediaPart, type Part } from '@reeve/contracts';
import { WIRE } from './anthropic-wire.ts';
import { findSamplerFault, type ModelTraits } from '../claude-models.ts';
import { mediaToBlock } from './media-to-block.ts';
import { readBlock, readInput } from './parts-to-messages.ts';
import { isPlaceable } from './place-extensions.ts';
import { BUDGET_MIN } from './thinking.ts';

/** A sentence for the caller, or `null`. Nothing is bent into the wire's ranges: what does not fit is refused by name. */
export function findRefusal(call: Call, traits: ModelTraits): string | null {
  const { params, kind } = call;
  return (
    (kind === 'chat' ? findSamplingFault(params, traits) : null) ??
    findThinkingFault(params, traits) ??
    (params.responseFormat?.type === 'json-schema' && !traits.takesSchema
      ? 'This model takes no JSON Schema for its answer.'
      : null) ??
    firstOf(call.parts, (part) => findPartFault(part, call.wire)) ??
    (call.wire === WIRE ? firstOf(Object.entries(call.extensions), findFieldFault) : null)
  );
}

function findSamplingFault(params: CallParams, traits: ModelTraits): string | null {
  const { temperature, reasoning } = params;
  if (temperature !== undefined && (temperature < 0 || temperature > 1)) {
    return `This provider takes a temperature from 0 to 1, and not ${temperature}.`;
  }
  if ((temperature ?? 1) !== 1 && asksToThink(reasoning)) {
    return 'This provider takes no temperature but 1 where the model reasons.';
  }
  return findSamplerFault(params, traits);
}

function findThinkingFault({ reasoning, maxOutputTokens }: CallParams, traits: ModelTraits): string | null {
  if (!asksToThink(reasoning)) return null;
  const maxTokens = maxOutputTokens ?? traits.maxOutputTokens;
  const { budgetTokens } = reasoning;
  if (traits.thinking === 'none') return 'This model does not reason.';
  if (budgetTokens === undefined) {
    return traits.thinking === 'adaptive' || maxTokens > BUDGET_MIN
      ? null
      : `To reason, this model needs more than ${BUDGET_MIN} output tokens.`;
  }
  if (!traits.takesBudget) return 'This model takes no budget of reasoning tokens, only an effort.';
  return budgetTokens >= BUDGET_MIN && budgetTokens < maxTokens
    ? null
    : `This provider takes a budget of at least ${BUDGET_MIN} reasoning tokens that is less than the output tokens (${maxTokens}).`;
}

function findPartFault(part: Part, wire: string): string | null {
  if (part.type === 'other') {
    return wire === WIRE && readBlock(part.value) !== null ? null : `This provider takes no "${part.name}".`;
  }
  if (part.type === 'audio') return 'This provider takes no audio.';
  if (part.role === 'system' && part.type !== 'text') return 'This provider takes only texts from the system.';
  if (part.type === 'tool-call' && readInput(part.arguments) === null) {
    return `The arguments of the tool call "${part.id}" (${part.name}) are not a JSON object, which this provider needs.`;
  }
  if (part.type === 'tool-result') return firstOf(part.content, findMediaFault);
  return part.type === 'image' || part.type === 'file' ? findMediaFault(part) : null;
}

function findMediaFault(part: MediaPart): string | null {
  if (mediaToBlock(part) !== null) return null;
  if (part.type === 'image') return 'This provider takes images as base64 or by an http address.';
  const name = part.type === 'file' ? (part.filename ?? part.mediaType) : undefined;
  return `This provider takes files that are PDF or text${name === undefined ? '' : `, and not "${name}"`}.`;
}

function findFieldFault([name, value]: [string, unknown]): string | null {
  return isPlaceable(name, value) ? null : `"${name}" cannot be sent on once the request was changed on its way.`;
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
