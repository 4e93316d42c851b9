/** From a call to the bytes of a Gemini request. */
import type { Call, ToolChoice, ToolDefinition } from '@reeve/contracts';
import { askInstructions } from '../ask-instructions.ts';
import { joinTurns } from '../group-turns.ts';
import { dropAbsent } from '../read-json.ts';
import { nameModel } from './google-client.ts';
import { paramsToConfig } from './params-to-config.ts';
import { partsToContents, toSystemInstruction } from './parts-to-contents.ts';

export type GoogleBody = { body: Uint8Array } | { refusal: string };

/**
 * The body of one request, from a call whose media are bytes already. `refusal` says what this wire cannot carry, in
 * a sentence for the caller.
 */
export function callToGoogle(given: Call, modelId: string): GoogleBody {
  if (given.kind === 'embedding') return toBody(buildEmbeddings(given, modelId));
  const call = { ...given, parts: askInstructions(given.parts) };
  const contents = partsToContents(call.parts, modelId);
  if ('refusal' in contents) return contents;
  const request = buildRequest(call, contents.contents, modelId);
  if (call.kind !== 'count') return toBody(request);
  return toBody({ generateContentRequest: { model: nameModel(modelId), ...request } });
}

/** The callers' fields that this wire has, under both ways of writing them. */
export const EXTENSIONS = ['safety_settings', 'safetySettings', 'cached_content', 'cachedContent'] as const;

const toBody = (request: object): GoogleBody => ({ body: Buffer.from(JSON.stringify(request)) });

function buildRequest(call: Call, contents: readonly object[], modelId: string): object {
  const { params, extensions } = call;
  const tools = params.tools ?? [];
  const config = paramsToConfig(call, modelId);
  return dropAbsent({
    contents,
    systemInstruction: toSystemInstruction(call.parts),
    tools: tools.length === 0 ? undefined : [{ functionDeclarations: tools.map(toDeclaration) }],
    toolConfig: toToolConfig(params.toolChoice, tools),
    generationConfig: Object.keys(config).length === 0 ? undefined : config,
    safetySettings: extensions.safetySettings ?? extensions.safety_settings ?? undefined,
    cachedContent: extensions.cachedContent ?? extensions.cached_content ?? undefined,
  });
}

function toDeclaration({ name, description, parameters }: ToolDefinition): object {
  return dropAbsent({ name, description, parametersJsonSchema: parameters });
}

/**
 * A strict tool asks that arguments follow its schema: on this wire a mode of all calls, not of one tool. A choice that
 * says nothing where there is no tool is an error on this wire, and is left out.
 */
function toToolConfig(choice: ToolChoice | undefined, tools: readonly ToolDefinition[]): object | undefined {
  if (typeof choice === 'object') return toMode({ mode: 'ANY', allowedFunctionNames: [choice.name] });
  if (choice === 'required') return toMode({ mode: 'ANY' });
  if (tools.length === 0) return undefined;
  if (choice === 'none') return toMode({ mode: 'NONE' });
  return tools.some((tool) => tool.strict === true) ? toMode({ mode: 'VALIDATED' }) : undefined;
}

const toMode = (functionCallingConfig: object): object => ({ functionCallingConfig });

const TASK_TYPES = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
} as const;

/** One request for each input; the vectors come back in the same order. */
function buildEmbeddings({ parts, params }: Call, modelId: string): object {
  const shared = dropAbsent({
    model: nameModel(modelId),
    outputDimensionality: params.dimensions,
    taskType: params.inputType === undefined ? undefined : TASK_TYPES[params.inputType],
  });
  return { requests: joinTurns(parts).map((text) => ({ ...shared, content: { parts: [{ text }] } })) };
}
