import type { Call, CallParams, ReasoningParams, ResponseFormat, ToolChoice, ToolDefinition } from '@reeve/contracts';
import { AppError } from '#kernel';
import type { JsonBody } from '../read-body.ts';
import { given, givenTools } from '../read-fields.ts';
import { createUnknownFields } from '../unknown-fields.ts';
import { inputToParts } from './input-to-parts.ts';
import { noteRequest } from './note-unknown.ts';
import {
  ENCRYPTED,
  REASONING_FIELDS,
  RESPONSES_FIELDS,
  responsesChecker,
  TEXT_FIELDS,
  TOOL_FIELDS,
  WIRE,
  type InputItem,
  type ResponsesRequest,
  type ResponsesTool,
} from './responses-wire.ts';

/**
 * A responses request as a call. Throws `AppError`: `invalid_request` naming the field at fault, `unsupported_parameter`
 * for what would need stored responses.
 */
export function responsesToCall(body: JsonBody): Call {
  const request = responsesChecker.parse(body.value);
  refuseStored(request);
  const { input = null } = request;
  if (body.value.prompt == null) needInput(input);
  const unknown = createUnknownFields();
  noteRequest(request, unknown);
  return {
    kind: 'chat',
    wire: WIRE,
    model: request.model,
    stream: request.stream ?? false,
    parts: inputToParts(request.instructions ?? null, input ?? []),
    params: toParams(request),
    extensions: { ...pickExtensions(body.value, request), ...unknown },
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

/** Without a stored prompt there is nothing to answer but the input. */
function needInput(input: ResponsesRequest['input']): void {
  const refuse = (says: string): never => {
    throw new AppError('invalid_request', { message: `"input" ${says}.`, param: 'input' });
  };
  if (input == null) refuse('is required');
  else if (typeof input === 'string' ? input === '' : input.every(isEmptyMessage)) refuse('must not be empty');
}

function isEmptyMessage(item: InputItem): boolean {
  const { role, content } = item as { role?: unknown; content?: unknown };
  if (typeof role !== 'string') return false;
  return content === '' || (Array.isArray(content) && content.every((part) => part?.text === ''));
}

/** Each answer stands for itself here: nothing is kept that a later request could go on from. */
function refuseStored(request: ResponsesRequest): void {
  const refuse = (param: string, message: string): never => {
    throw new AppError('unsupported_parameter', { message, param });
  };
  if (request.store === true) {
    refuse('store', 'Responses are not stored here: leave "store" out or set it to false.');
  }
  if (request.previous_response_id != null) {
    refuse('previous_response_id', 'Responses are not stored here: send the earlier items in "input" instead.');
  }
  if (request.conversation != null) {
    refuse('conversation', 'Conversations are not stored here: send the earlier items in "input" instead.');
  }
  if (request.background === true) {
    refuse('background', 'Responses do not run in the background here: leave "background" out and stream instead.');
  }
}

const LOGPROBS = 'message.output_text.logprobs';
/** Encrypted reasoning is always given back where there is any, so it need not be asked for. */
const INCLUDES: ReadonlySet<string> = new Set([LOGPROBS, ENCRYPTED]);

function toParams(request: ResponsesRequest): CallParams {
  const { top_logprobs: top, parallel_tool_calls: parallel } = request;
  const tools = request.tools ?? [];
  const choice = readToolChoice(request.tool_choice);
  const wantsLogprobs = (top ?? 0) > 0 || request.include?.includes(LOGPROBS) === true;
  return {
    ...given('maxOutputTokens', request.max_output_tokens),
    ...given('temperature', request.temperature),
    ...given('topP', request.top_p),
    ...given('logprobs', wantsLogprobs ? { top: top ?? 0 } : null),
    ...givenTools({ offered: tools.length, tools: tools.flatMap(toTool), choice, parallel }),
    ...given('responseFormat', readFormat(request.text?.format)),
    ...given('reasoning', readReasoning(request.reasoning)),
    ...given('endUser', request.safety_identifier ?? request.user),
  };
}

function toTool(tool: ResponsesTool, index: number): ToolDefinition[] {
  if (tool.type !== 'function') return [];
  if (tool.name == null) {
    const param = `tools[${index}].name`;
    throw new AppError('invalid_request', { message: `"${param}" is required.`, param });
  }
  return [
    {
      name: tool.name,
      ...(tool.description == null ? {} : { description: tool.description }),
      ...(tool.parameters == null ? {} : { parameters: tool.parameters }),
      ...(tool.strict == null ? {} : { strict: tool.strict }),
    },
  ];
}

function readToolChoice(choice: ResponsesRequest['tool_choice']): ToolChoice | null {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  if (choice == null || typeof choice === 'string') return null;
  return choice.type === 'function' && choice.name != null ? { name: choice.name } : null;
}

type Format = NonNullable<ResponsesRequest['text']>['format'];

function readFormat(format: Format): ResponseFormat | null {
  if (format?.type === 'text') return { type: 'text' };
  if (format?.type === 'json_object') return { type: 'json' };
  if (format?.type !== 'json_schema') return null;
  return {
    type: 'json-schema',
    name: format.name ?? 'response',
    schema: format.schema,
    ...(format.strict == null ? {} : { strict: format.strict }),
    ...(format.description == null ? {} : { description: format.description }),
  };
}

function readReasoning(reasoning: ResponsesRequest['reasoning']): ReasoningParams | null {
  const visible = (reasoning?.summary ?? reasoning?.generate_summary) != null;
  if (reasoning?.effort == null && !visible) return null;
  return { ...(reasoning?.effort == null ? {} : { effort: reasoning.effort }), ...(visible ? { visible } : {}) };
}

/** What the call does not model, by the names under which a refusal tells the caller of it. */
function pickExtensions(value: JsonBody['value'], request: ResponsesRequest): Record<string, unknown> {
  const { truncation, tool_choice: choice, text } = request;
  const includes = request.include?.filter((name) => !INCLUDES.has(name)) ?? [];
  return {
    ...pickUnknown(value, RESPONSES_FIELDS),
    ...pickUnknown(text, TEXT_FIELDS, 'text.'),
    ...pickUnknown(request.reasoning, REASONING_FIELDS, 'reasoning.'),
    ...pickUnknown(request.stream_options, new Set(), 'stream_options.'),
    ...pickToolFields(request.tools ?? []),
    ...(includes.length === 0 ? {} : { include: includes }),
    ...(truncation == null || truncation === 'disabled' ? {} : { truncation }),
    ...(choice == null || readToolChoice(choice) !== null ? {} : { tool_choice: choice }),
    ...(text?.verbosity == null || text.verbosity === USUAL_VERBOSITY ? {} : { verbosity: text.verbosity }),
    ...(text?.format == null || readFormat(text.format) !== null ? {} : { 'text.format': text.format }),
  };
}

/** What every model does when nobody says otherwise; some clients say it all the same. */
const USUAL_VERBOSITY = 'medium';

/** Tools that are no functions, and what functions have that the call does not model. */
function pickToolFields(tools: readonly ResponsesTool[]): Record<string, unknown> {
  const extensions: Record<string, unknown> = {};
  for (const tool of tools) {
    if (tool.type === 'function') Object.assign(extensions, pickUnknown(tool, TOOL_FIELDS, 'tools.'));
    else extensions[`tools.${tool.type}`] = tools.filter((other) => other.type === tool.type);
  }
  return extensions;
}

/** Null and false stand for fields that a client leaves empty. */
function pickUnknown(
  value: object | null | undefined,
  known: ReadonlySet<string>,
  prefix = '',
): Record<string, unknown> {
  const fields = Object.entries(value ?? {}).filter(
    ([name, field]) => !known.has(name) && field !== null && field !== false,
  );
  return Object.fromEntries(fields.map(([name, field]) => [prefix + name, field]));
}
