/** From a call to the bytes of a Cohere request. */
import type { Call, CallParams, ReasoningEffort, ResponseFormat, ToolDefinition } from '@reeve/contracts';
import { joinTurns } from '../group-turns.ts';
import { dropAbsent } from '../read-json.ts';
import { buildMessages } from './build-messages.ts';

/** Fields of Cohere's own that a caller of any wire may give. */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  'citation_options',
  'documents',
  'max_tokens_per_doc',
  'priority',
  'safety_mode',
  'strict_tools',
  'truncate',
]);

/** Fields by kind: Cohere answers an unknown one with an error, or not at all. */
const OWN_FIELDS: Readonly<Partial<Record<Call['kind'], readonly string[]>>> = {
  chat: ['citation_options', 'documents', 'priority', 'safety_mode', 'strict_tools'],
  embedding: ['priority', 'truncate'],
  rerank: ['max_tokens_per_doc', 'priority'],
};

export type CohereRequest = { type: 'body'; body: Uint8Array } | { type: 'unsupported'; reason: string };

/**
 * The body of the request, or what of the call this wire cannot carry. Two things stay behind: the caller's name for its
 * end user, and thoughts that another provider signed or hid.
 */
export function callToCohere(call: Call, modelId: string): CohereRequest {
  const reason = findUnsupported(call);
  if (reason !== null) return { type: 'unsupported', reason };
  const own = OWN_FIELDS[call.kind] ?? [];
  const extensions = Object.entries(call.extensions).filter(([name, value]) => own.includes(name) && value !== null);
  const body = { ...Object.fromEntries(extensions), ...dropAbsent(buildBody(call)), model: modelId };
  return { type: 'body', body: Buffer.from(JSON.stringify(body)) };
}

function findUnsupported({ kind, parts, params, extensions }: Call): string | null {
  if (parts.some((part) => part.type === 'other')) return 'The request holds a part that Cohere cannot take.';
  if ((params.logprobs?.top ?? 0) > 0)
    return 'Cohere gives the log probabilities of written tokens only (top_logprobs).';
  const { tools = [], toolChoice } = params;
  if (typeof toolChoice === 'object' && !tools.some(({ name }) => name === toolChoice.name)) {
    return `The request wants a call of the tool "${toolChoice.name}", which it does not offer.`;
  }
  const own = OWN_FIELDS[kind] ?? [];
  const used = Object.keys(extensions).filter((name) => extensions[name] !== null && extensions[name] !== false);
  const misplaced = used.find((name) => EXTENSIONS.has(name) && !own.includes(name));
  return misplaced === undefined ? null : `Cohere takes no "${misplaced}" in calls of kind "${kind}".`;
}

function buildBody(call: Call): Record<string, unknown> {
  switch (call.kind) {
    case 'embedding':
      return buildEmbedding(call);
    case 'rerank': {
      const [query = '', ...documents] = joinTurns(call.parts);
      return { query, documents, top_n: call.params.topN };
    }
    default:
      return buildChat(call);
  }
}

const INPUT_TYPES = {
  query: 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
} as const;

/** Cohere must know what the texts are for; a caller that does not say is taken to fill a collection. */
function buildEmbedding({ parts, params }: Call): Record<string, unknown> {
  return {
    texts: joinTurns(parts),
    input_type: INPUT_TYPES[params.inputType ?? 'document'],
    embedding_types: ['float'],
    output_dimension: params.dimensions,
  };
}

/** The ends of what Cohere takes; elsewhere 1 leaves no word out, and 0 all but the likeliest. */
const TOP_P_MIN = 0.01;
const TOP_P_MAX = 0.99;

function buildChat({ params, parts, stream }: Call): Record<string, unknown> {
  return {
    ...toTools(params),
    messages: buildMessages(parts),
    stream,
    max_tokens: params.maxOutputTokens,
    temperature: params.temperature,
    p: params.topP === undefined ? undefined : Math.min(Math.max(params.topP, TOP_P_MIN), TOP_P_MAX),
    k: params.topK,
    frequency_penalty: params.frequencyPenalty,
    presence_penalty: params.presencePenalty,
    stop_sequences: params.stop,
    seed: params.seed,
    logprobs: params.logprobs === undefined ? undefined : true,
    response_format: toResponseFormat(params.responseFormat),
    thinking: toThinking(params),
  };
}

/**
 * Cohere can be made to use some tool, not a certain one; so that one alone is offered. It holds all tools to their
 * schemas or none: one that asks for it is enough.
 */
function toTools({ tools = [], toolChoice }: CallParams): Record<string, unknown> {
  if (tools.length === 0) return {};
  const named = typeof toolChoice === 'object' ? toolChoice.name : null;
  const offered = named === null ? tools : tools.filter((tool) => tool.name === named);
  return {
    tools: offered.map(toTool),
    ...(offered.some((tool) => tool.strict === true) ? { strict_tools: true } : {}),
    ...(named !== null || toolChoice === 'required' ? { tool_choice: 'REQUIRED' } : {}),
    ...(toolChoice === 'none' ? { tool_choice: 'NONE' } : {}),
  };
}

function toTool({ name, description, parameters }: ToolDefinition): object {
  const schema = parameters ?? { type: 'object', properties: {} };
  return { type: 'function', function: dropAbsent({ name, description, parameters: schema }) };
}

/** A schema is always held to; the name that other wires want for it has no place. */
function toResponseFormat(format: ResponseFormat | undefined): object | undefined {
  if (format?.type === 'json') return { type: 'json_object' };
  return format?.type === 'json-schema' ? { type: 'json_object', json_schema: format.schema } : undefined;
}

/** Cohere knows effort only as a limit on the tokens for thinking; from `high` on there is none. */
const BUDGETS: Readonly<Partial<Record<ReasoningEffort, number>>> = { minimal: 512, low: 2_048, medium: 8_192 };

function toThinking({ reasoning }: CallParams): object | undefined {
  const { effort, budgetTokens } = reasoning ?? {};
  if (effort === 'none' || budgetTokens === 0) return { type: 'disabled' };
  if (effort === undefined && budgetTokens === undefined) return undefined;
  const limit = budgetTokens ?? BUDGETS[effort ?? 'high'];
  return { type: 'enabled', ...(limit === undefined ? {} : { token_budget: limit }) };
}
