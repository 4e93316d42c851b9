/** From a call to the bytes of a Messages or count_tokens request. Source: the public API reference. */
import type {
  Call,
  CallParams,
  RawRequest,
  ReasoningParams,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '@reeve/contracts';
import { must } from '#kernel';
import { askForJson } from '../ask-for-json.ts';
import { askInstructions } from '../ask-instructions.ts';
import { callsWithoutThought } from '../calls-without-thought.ts';
import { describeModel, fitSamplers, forcesTool, type ModelTraits } from '../claude-models.ts';
import { toClaudeSchema } from '../claude-schema.ts';
import { holdsForeignThoughts } from '../holds-foreign-thoughts.ts';
import { dropAbsent, readRecord, type JsonRecord } from '../read-json.ts';
import { failWith, type Failed } from '../upstream-failure.ts';
import { WIRE } from './anthropic-wire.ts';
import { findRefusal } from './find-refusal.ts';
import { isFitId, toCacheControl, toMessages, toSystem } from './parts-to-messages.ts';
import { placeExtensions } from './place-extensions.ts';
import { toThinking } from './thinking.ts';

/**
 * The caller's own bytes where it speaks this wire: only the model's name is spliced in; the same buffer where nothing
 * changes. Otherwise a body made from the call, or the failure that names what this wire cannot hold.
 */
export function callToAnthropic(call: Call, modelId: string): Uint8Array | Failed {
  const isFit = !holdsLostThoughts(call) && call.parts.every(isFitId);
  if (call.wire === WIRE && call.raw !== undefined && isFit) return spliceModel(call, call.raw, modelId);
  const traits = describeModel(modelId);
  const refusal = findRefusal(call, traits);
  if (refusal !== null) return failWith('unsupported', refusal);
  const prompt = buildPrompt(call, modelId, traits);
  const body = call.kind === 'count' ? prompt : { ...prompt, ...buildSettings(call, traits) };
  return Buffer.from(JSON.stringify(call.wire === WIRE ? placeExtensions(body, call.extensions) : body));
}

/** Thoughts of another wire, or that nobody signed: this one answers 400 to either. */
function holdsLostThoughts(call: Call): boolean {
  const unsigned = call.parts.some((part) => part.type === 'reasoning' && part.signature === undefined);
  return unsigned || holdsForeignThoughts(call, WIRE);
}

function spliceModel(call: Call, { bytes, fields }: RawRequest, modelId: string): Uint8Array {
  if (call.model === modelId) return bytes;
  const { start, end } = must(fields.get('model'), 'a raw body has a model');
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(JSON.stringify(modelId)), bytes.subarray(end)]);
}

/** All that counts as input, which is what count_tokens takes. */
function buildPrompt(call: Call, modelId: string, traits: ModelTraits): JsonRecord {
  const { params } = call;
  const parts = askForJson(askInstructions(call.parts), params);
  const { thinking, effort } = findThinking(call, traits);
  const format = params.responseFormat === undefined ? undefined : toFormat(params.responseFormat);
  return dropAbsent({
    model: modelId,
    system: toSystem(parts),
    messages: toMessages(parts),
    tools: params.tools?.map(toTool),
    tool_choice: toToolChoice(params),
    thinking,
    output_config: effort === undefined && format === undefined ? undefined : dropAbsent({ effort, format }),
  });
}

function findThinking({ parts, params }: Call, traits: ModelTraits): ReturnType<typeof toThinking> {
  const reasoning: ReasoningParams | undefined = forcesTool(params) ? { effort: 'none' } : params.reasoning;
  const found = toThinking(reasoning, traits, findMaxTokens(params, traits));
  return found.thinking?.['type'] === 'enabled' && callsWithoutThought(parts, WIRE) ? {} : found;
}

function buildSettings({ params, stream }: Call, traits: ModelTraits): JsonRecord {
  const { temperature, topP } = fitSamplers(params, traits);
  return dropAbsent({
    max_tokens: findMaxTokens(params, traits),
    temperature,
    top_p: topP,
    top_k: params.topK,
    stop_sequences: params.stop,
    metadata: params.endUser === undefined ? undefined : { user_id: params.endUser },
    stream: stream ? true : undefined,
  });
}

/** This wire wants a limit; without one from the caller it is all that the model can give. */
function findMaxTokens({ maxOutputTokens }: CallParams, traits: ModelTraits): number {
  return maxOutputTokens ?? traits.maxOutputTokens;
}

const NO_ARGUMENTS = { type: 'object', properties: {} };

function toTool({ name, description, parameters, strict, cache }: ToolDefinition): object {
  return dropAbsent({
    name,
    description,
    input_schema:
      strict === true ? toClaudeSchema(readRecord(parameters) ?? NO_ARGUMENTS) : (parameters ?? NO_ARGUMENTS),
    strict: strict === true ? true : undefined,
    ...(cache === undefined ? {} : toCacheControl(cache)),
  });
}

/** "At most one call" is a part of the choice here, and means nothing where no tool may be called. */
function toToolChoice({ tools, toolChoice, parallelToolCalls }: CallParams): object | undefined {
  const single = parallelToolCalls === false && toolChoice !== 'none' && (tools?.length ?? 0) > 0;
  if (toolChoice === undefined && !single) return undefined;
  return { ...nameToolChoice(toolChoice ?? 'auto'), ...(single ? { disable_parallel_tool_use: true } : {}) };
}

function nameToolChoice(choice: ToolChoice): object {
  if (typeof choice === 'object') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
}

/** The schema's name and description travel inside it, as its title and description, where it has none of its own. */
function toFormat(format: ResponseFormat): object | undefined {
  if (format.type !== 'json-schema') return undefined;
  const { name, description, schema } = format;
  return {
    type: 'json_schema',
    schema: toClaudeSchema(dropAbsent({ title: name, description, ...readRecord(schema) })),
  };
}
