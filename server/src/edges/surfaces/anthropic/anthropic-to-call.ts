import type { Call, CallParams, ReasoningParams, ResponseFormat, ToolChoice, ToolDefinition } from '@reeve/contracts';
import { AppError, type HttpExchange } from '#kernel';
import type { JsonBody } from '../read-body.ts';
import { given, givenStop, givenTools } from '../read-fields.ts';
import { createUnknownFields } from '../unknown-fields.ts';
import {
  countChecker,
  MESSAGE_FIELDS,
  messageChecker,
  METADATA_FIELDS,
  OUTPUT_FIELDS,
  THINKING_FIELDS,
  TOOL_CHOICE_FIELDS,
  TOOL_FIELDS,
  WIRE,
  type CountRequest,
  type MessageRequest,
  type Tool,
} from './anthropic-wire.ts';
import { requestToParts, ttlOf } from './blocks-to-parts.ts';
import { noteRequest } from './note-unknown.ts';

/** A message request as a call. Throws `AppError('invalid_request')` naming the field at fault. */
export function messageToCall(body: JsonBody, headers: HttpExchange['headers']): Call {
  const request = messageChecker.parse(body.value);
  return {
    ...toCall(request, body, headers),
    kind: 'chat',
    stream: request.stream ?? false,
    params: { ...toSharedParams(request), ...toMessageParams(request) },
  };
}

/** The question how many tokens a message's input takes, as a call; throws as `messageToCall` does. */
export function countToCall(body: JsonBody, headers: HttpExchange['headers']): Call {
  const request = countChecker.parse(body.value);
  return { ...toCall(request, body, headers), kind: 'count', stream: false, params: toSharedParams(request) };
}

function toCall(request: CountRequest, body: JsonBody, headers: HttpExchange['headers']) {
  const unknown = createUnknownFields();
  noteRequest(request, unknown);
  return {
    wire: WIRE,
    model: request.model,
    parts: requestToParts(request),
    extensions: { ...pickExtensions(body.value, request), ...unknown },
    passHeaders: pickHeaders(headers),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

const PASSED_HEADERS = ['anthropic-version', 'anthropic-beta'] as const;

function pickHeaders(headers: HttpExchange['headers']): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of PASSED_HEADERS) {
    const value = headers[name];
    if (value !== undefined) passed[name] = String(value);
  }
  return passed;
}

function toMessageParams(request: MessageRequest): CallParams {
  return {
    maxOutputTokens: request.max_tokens,
    ...given('temperature', request.temperature),
    ...given('topP', request.top_p),
    ...given('topK', request.top_k),
    ...givenStop(request.stop_sequences),
    ...given('endUser', request.metadata?.user_id),
  };
}

function toSharedParams(request: CountRequest): CallParams {
  const { tool_choice: choice } = request;
  const tools = request.tools ?? [];
  const parallel = choice?.disable_parallel_tool_use === true ? false : null;
  return {
    ...givenTools({ offered: tools.length, tools: tools.flatMap(toTool), choice: readToolChoice(choice), parallel }),
    ...given('reasoning', readReasoning(request)),
    ...given('responseFormat', readFormat(request.output_config?.format ?? request.output_format)),
  };
}

/** A tool of the caller's own; the provider's tools have a type with a date. */
function isOwnTool({ type }: Tool): boolean {
  return type == null || type === 'custom';
}

function toTool(tool: Tool, index: number): ToolDefinition[] {
  if (!isOwnTool(tool)) return [];
  const missing = tool.name == null ? 'name' : tool.input_schema == null ? 'input_schema' : null;
  if (tool.name == null || missing !== null) return demand(`tools[${index}].${missing}`);
  return [
    {
      name: tool.name,
      parameters: tool.input_schema,
      ...(tool.description == null ? {} : { description: tool.description }),
      ...(tool.strict == null ? {} : { strict: tool.strict }),
      ...(tool.cache_control == null ? {} : { cache: ttlOf(tool.cache_control) }),
    },
  ];
}

const CHOICES: Readonly<Record<string, ToolChoice>> = { auto: 'auto', any: 'required', none: 'none' };

function readToolChoice(choice: CountRequest['tool_choice']): ToolChoice | null {
  if (choice?.type !== 'tool') return CHOICES[choice?.type ?? ''] ?? null;
  return { name: choice.name ?? demand('tool_choice.name') };
}

/** `adaptive` leaves it to the model how much it thinks. */
function readReasoning({ thinking, output_config: output }: CountRequest): ReasoningParams | null {
  const effort = output?.effort == null ? {} : { effort: output.effort };
  const visible = thinking?.display !== 'omitted';
  switch (thinking?.type) {
    case 'enabled':
      return { ...effort, budgetTokens: thinking.budget_tokens ?? demand('thinking.budget_tokens'), visible };
    case 'adaptive':
      return { ...effort, visible };
    case 'disabled':
      return { effort: 'none' };
    default:
      return output?.effort == null ? null : effort;
  }
}

const FORMAT_NAME = 'answer';

/** A schema binds on this wire. It has no name here, and needs one elsewhere. */
function readFormat(format: CountRequest['output_format']): ResponseFormat | null {
  if (format?.type !== 'json_schema') return null;
  return { type: 'json-schema', name: FORMAT_NAME, schema: format.schema, strict: true };
}

/** What the call does not model, by the names under which a refusal tells the caller of it. */
function pickExtensions(value: JsonBody['value'], request: CountRequest): Record<string, unknown> {
  const { thinking, tool_choice: choice, output_config: output, tools } = request;
  const extensions = {
    ...pickUnknown(value, MESSAGE_FIELDS),
    ...pickUnknown(value.metadata, METADATA_FIELDS, 'metadata.'),
    ...pickUnknown(thinking, THINKING_FIELDS, 'thinking.'),
    ...pickUnknown(choice, TOOL_CHOICE_FIELDS, 'tool_choice.'),
    ...pickUnknown(output, OUTPUT_FIELDS, 'output_config.'),
  };
  for (const tool of tools ?? []) {
    if (isOwnTool(tool)) Object.assign(extensions, pickToolFields(tool));
    else extensions[`tools.${tool.type}`] = tool;
  }
  if (thinking != null && !KNOWN_THINKING.has(thinking.type)) extensions.thinking = thinking;
  if (choice != null && readToolChoice(choice) === null) extensions.tool_choice = choice;
  const format = output?.format ?? request.output_format;
  if (format != null && readFormat(format) === null) extensions['output_config.format'] = format;
  return extensions;
}

const KNOWN_THINKING: ReadonlySet<string> = new Set(['enabled', 'adaptive', 'disabled']);

/** Fields that say how a tool's input is sent, or what holds anyway. */
function pickToolFields(tool: Tool): Record<string, unknown> {
  const { eager_input_streaming: _streaming, allowed_callers: callers, ...fields } = tool as Tool & Extra;
  const isUsual = callers == null || JSON.stringify(callers) === '["direct"]';
  return pickUnknown(isUsual ? fields : { ...fields, allowed_callers: callers }, TOOL_FIELDS, 'tools.');
}

interface Extra {
  eager_input_streaming?: unknown;
  allowed_callers?: unknown;
}

function pickUnknown(value: unknown, known: ReadonlySet<string>, prefix = ''): Record<string, unknown> {
  const fields = Object.entries(value ?? {}).filter(([name]) => !known.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [prefix + name, field]));
}

function demand(param: string): never {
  throw new AppError('invalid_request', { message: `"${param}" is required.`, param });
}
