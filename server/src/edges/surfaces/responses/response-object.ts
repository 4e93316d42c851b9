/** The object that stands for a whole response. Source: the public API reference for the response object. */
import type { FinishReason, Usage } from '@reeve/contracts';
import type { ItemContext, OutputItem } from './response-output.ts';

/** What rendering needs beside the answer. */
export interface ResponseContext extends ItemContext {
  createdSeconds: number;
  /** The name that the caller used. */
  model: string;
  /** The caller's own body: a response repeats its settings. */
  request: Readonly<Record<string, unknown>>;
}

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete';

interface ResponseState {
  status: ResponseStatus;
  output: readonly OutputItem[];
  finishReason?: FinishReason;
  usage?: Usage;
}

export function toResponse(context: ResponseContext, state: ResponseState) {
  const { status, finishReason, usage } = state;
  const reason = finishReason === 'length' ? 'max_output_tokens' : 'content_filter';
  return {
    id: `resp_${context.receiptId}`,
    object: 'response',
    created_at: context.createdSeconds,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    model: context.model,
    output: state.output,
    ...toSettings(context.request),
    previous_response_id: null,
    store: false,
    usage: usage === undefined ? null : toUsage(usage),
  };
}

/** A refusal that says so in words is a whole answer; one that only stopped the text is a filter's. */
export function toStatus(reason: FinishReason, output: readonly OutputItem[]): 'completed' | 'incomplete' {
  if (reason === 'length' || reason === 'content-filter') return 'incomplete';
  if (reason !== 'refusal') return 'completed';
  const isRefusal = (item: OutputItem): boolean =>
    item.type === 'message' && item.content.some((part) => part.type === 'refusal');
  return output.some(isRefusal) ? 'completed' : 'incomplete';
}

/** The settings as the caller gave them; where it gave none, what the field means then. */
function toSettings(request: ResponseContext['request']) {
  const text = toRecord(request.text);
  const reasoning = toRecord(request.reasoning);
  return {
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    metadata: request.metadata ?? {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    reasoning: { effort: null, summary: null, ...reasoning },
    safety_identifier: request.safety_identifier ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    temperature: request.temperature ?? null,
    text: { ...text, format: text.format ?? { type: 'text' } },
    tool_choice: request.tool_choice ?? 'auto',
    tools: request.tools ?? [],
    top_logprobs: request.top_logprobs ?? 0,
    top_p: request.top_p ?? null,
    truncation: request.truncation ?? 'disabled',
    user: request.user ?? null,
  };
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function toUsage(usage: Usage) {
  const written = (usage.cacheWriteTokens ?? 0) + (usage.cacheWrite1hTokens ?? 0);
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: written },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}
