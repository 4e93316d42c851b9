/** What of a call this wire cannot hold, although its kind of feature is carried: values out of range, shapes it has no block for. */
import { asksToThink, type Call, type CallParams, type MediaPart, type Part } from '@reeve/contracts';
import { describeModel, findSamplerFault } from '../claude-models.ts';
import { BUDGET_MIN, findFamily } from './model-families.ts';
import { mediaToBlock, readInput } from './parts-to-content.ts';

/** A sentence for the caller, or `null`. Nothing is bent into the wire's ranges: what does not fit is refused by name. */
export function findRefusal({ params, parts }: Call, modelId: string): string | null {
  const fault = findParamsFault(params) ?? findModelFault(params, modelId) ?? findReasoningFault(params, modelId);
  if (fault !== null) return fault;
  for (const part of parts) {
    const found = findPartFault(part);
    if (found !== null) return found;
  }
  return null;
}

function findParamsFault({ temperature, toolChoice, tools = [] }: CallParams): string | null {
  if (temperature !== undefined && (temperature < 0 || temperature > 1)) {
    return `This provider takes a temperature from 0 to 1, and not ${temperature}.`;
  }
  const needsTools = toolChoice !== undefined && toolChoice !== 'auto' && toolChoice !== 'none';
  return needsTools && tools.length === 0 ? 'This provider takes a tool choice only with tools.' : null;
}

function findModelFault(params: CallParams, modelId: string): string | null {
  return findFamily(modelId) === 'claude' ? findSamplerFault(params, describeModel(modelId)) : null;
}

function findReasoningFault({ reasoning, maxOutputTokens, temperature }: CallParams, modelId: string): string | null {
  if (!asksToThink(reasoning)) return null;
  const { budgetTokens } = reasoning;
  const family = findFamily(modelId);
  if (family === 'other' || family === 'cohere')
    return 'This provider knows no way to tell this model how much to reason.';
  if (family !== 'claude') {
    return budgetTokens === undefined ? null : 'This model takes no budget of reasoning tokens, only an effort.';
  }
  if ((temperature ?? 1) !== 1) return 'This model takes no temperature but 1 where it reasons.';
  const isTooMuch = maxOutputTokens !== undefined && (budgetTokens ?? BUDGET_MIN) >= maxOutputTokens;
  if ((budgetTokens ?? BUDGET_MIN) >= BUDGET_MIN && !isTooMuch) return null;
  return `This model takes a budget of at least ${BUDGET_MIN} reasoning tokens that is less than the output tokens.`;
}

function findPartFault(part: Part): string | null {
  if (part.type === 'other') return `This provider takes no "${part.name}".`;
  if (part.type === 'audio') return 'This provider takes no audio.';
  if (part.role === 'system' && part.type !== 'text') return 'This provider takes only texts from the system.';
  if (part.type === 'tool-call' && readInput(part.arguments) === null) {
    return `The arguments of the tool call "${part.id}" (${part.name}) are not a JSON object, which this provider needs.`;
  }
  if (part.type === 'tool-result') return part.content.map(findMediaFault).find((fault) => fault !== null) ?? null;
  return part.type === 'image' || part.type === 'file' ? findMediaFault(part) : null;
}

function findMediaFault(part: MediaPart): string | null {
  if (part.type === 'text' || mediaToBlock(part, 0) !== null) return null;
  if (part.type === 'image') return 'This provider takes images that are PNG, JPEG, GIF or WebP.';
  if (part.fileId !== undefined) return 'This provider keeps no files; send the bytes.';
  const name = part.filename ?? part.mediaType;
  return `This provider takes files that are PDF, text, web pages or Office documents${name === undefined ? '' : `, and not "${name}"`}.`;
}
