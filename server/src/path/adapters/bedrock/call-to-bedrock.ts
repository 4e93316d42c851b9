/** From a call to the path and the bytes of a Converse or CountTokens request. */
import type { Call, CallParams, Part, ResponseFormat, ToolChoice, ToolDefinition } from '@reeve/contracts';
import { askForJson } from '../ask-for-json.ts';
import { askInstructions } from '../ask-instructions.ts';
import { callsWithoutThought } from '../calls-without-thought.ts';
import { describeModel, fitSamplers, forcesTool } from '../claude-models.ts';
import { toClaudeSchema } from '../claude-schema.ts';
import { dropAbsent, readRecord } from '../read-json.ts';
import { failWith, type Failed } from '../upstream-failure.ts';
import { WIRE } from './bedrock-wire.ts';
import { findRefusal } from './find-refusal.ts';
import { findFamily, toModelFields } from './model-families.ts';
import { toCachePoint, toMessages, toSystem, type Block } from './parts-to-content.ts';

export interface BedrockRequest {
  /** Behind `/model/{id}`. */
  action: 'converse' | 'converse-stream' | 'count-tokens' | 'invoke';
  body: Uint8Array;
}

/** Fields that callers may send for this provider, and what they are called here. */
const OWN_FIELDS: Readonly<Record<string, string>> = {
  guardrail_config: 'guardrailConfig',
  performance_config: 'performanceConfig',
  request_metadata: 'requestMetadata',
};
/** Joined with what the call's own settings need. */
const MODEL_FIELDS = 'additional_model_request_fields';

export const EXTENSIONS: ReadonlySet<string> = new Set([...Object.keys(OWN_FIELDS), MODEL_FIELDS]);

/** The request, or the failure that names what this wire cannot hold. Media stand as `data:` URLs by now. */
export function callToBedrock(call: Call, modelId: string): BedrockRequest | Failed {
  const refusal = findRefusal(call, modelId);
  if (refusal !== null) return failWith('unsupported', refusal);
  const prompt = buildPrompt(call, modelId);
  if (call.kind === 'count') return { action: 'count-tokens', body: toBytes({ input: { converse: prompt } }) };
  const body = toBytes({ ...prompt, ...buildSettings(call, modelId) });
  return { action: call.stream ? 'converse-stream' : 'converse', body };
}

export const toBytes = (body: object): Uint8Array => Buffer.from(JSON.stringify(body));

/** All that counts as input. */
function buildPrompt({ parts: given, params, extensions }: Call, modelId: string): object {
  const parts = askForJson(askInstructions(given), params);
  const { thinking, ...rest } = toModelFields(params, modelId);
  const isBudget = readRecord(thinking)?.type === 'enabled';
  const mayThink = !forcesTool(params) && !(isBudget && callsWithoutThought(parts, WIRE));
  const fields = { ...rest, ...(mayThink ? dropAbsent({ thinking }) : {}), ...readRecord(extensions[MODEL_FIELDS]) };
  return dropAbsent({
    system: toSystem(parts),
    messages: toMessages(parts),
    toolConfig: toToolConfig(params, parts),
    additionalModelRequestFields: Object.keys(fields).length === 0 ? undefined : fields,
  });
}

function buildSettings({ params, extensions }: Call, modelId: string): object {
  const { responseFormat, stop = [] } = params;
  const isClaude = findFamily(modelId) === 'claude';
  const { temperature, topP } = isClaude ? fitSamplers(params, describeModel(modelId)) : params;
  const inference = dropAbsent({
    maxTokens: params.maxOutputTokens,
    temperature,
    topP,
    stopSequences: stop.length === 0 ? undefined : stop,
  });
  const own = Object.entries(OWN_FIELDS).map(([name, ours]) => [ours, readRecord(extensions[name]) ?? undefined]);
  return dropAbsent({
    inferenceConfig: Object.keys(inference).length === 0 ? undefined : inference,
    outputConfig: toOutputConfig(responseFormat),
    // Claude says at which sequence it stopped, if it is asked.
    additionalModelResponseFieldPaths: stop.length > 0 && isClaude ? ['/stop_sequence'] : undefined,
    ...Object.fromEntries(own),
  });
}

/**
 * No tools are offered where none may be called; but this wire takes no history of tools without any: then those of the
 * request stand, or where it has none, the names of the history.
 */
function toToolConfig({ tools = [], toolChoice }: CallParams, parts: readonly Part[]): object | undefined {
  const isOffered = tools.length > 0 && toolChoice !== 'none';
  if (isOffered) return dropAbsent({ tools: tools.flatMap(toTool), toolChoice: toToolChoice(toolChoice) });
  if (!parts.some(({ type }) => type === 'tool-call' || type === 'tool-result')) return undefined;
  return { tools: (tools.length > 0 ? tools : toolsOfHistory(parts)).flatMap(toTool) };
}

function toolsOfHistory(parts: readonly Part[]): ToolDefinition[] {
  const names = new Set(parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : [])));
  return (names.size === 0 ? ['tool'] : [...names]).map((name) => ({ name }));
}

function toTool({ name, description, parameters, strict, cache }: ToolDefinition): Block[] {
  const schema = readRecord(parameters) ?? { type: 'object', properties: {} };
  const toolSpec = dropAbsent({
    name,
    description: description === '' ? undefined : description,
    inputSchema: { json: strict === true ? toClaudeSchema(schema) : schema },
    strict: strict === true ? true : undefined,
  });
  return [{ toolSpec }, ...(cache === undefined ? [] : [toCachePoint(cache)])];
}

function toToolChoice(choice: ToolChoice | undefined): object | undefined {
  if (choice === undefined || choice === 'none') return undefined;
  if (typeof choice === 'object') return { tool: choice };
  return choice === 'required' ? { any: {} } : { auto: {} };
}

/** The schema travels as a text. */
function toOutputConfig(format: ResponseFormat | undefined): object | undefined {
  if (format?.type !== 'json-schema') return undefined;
  const { name, description } = format;
  const schema = toClaudeSchema(readRecord(format.schema) ?? {});
  const jsonSchema = dropAbsent({ name, description, schema: JSON.stringify(schema) });
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}
