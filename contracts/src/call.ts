/**
 * The internal call and its answer. Every surface parses into a `Call`, every adapter translates from
 * it; every adapter answers with an `Answer` or a stream of `AnswerFrame`s, every surface renders from
 * them: N + M translations, never N × M.
 */

export type CallKind =
  | 'chat'
  | 'completion'
  | 'embedding'
  | 'rerank'
  | 'moderation'
  /** How many input tokens a chat would take; nothing is generated. */
  | 'count'
  | 'speech'
  | 'transcription'
  | 'image'
  | 'tool'
  | 'device'
  | 'prediction';

export type PartRole = 'system' | 'user' | 'assistant' | 'tool';

/**
 * `turn` is the index of the message (chat) or of the input (embedding, moderation). A rerank's query is turn 0, its
 * documents follow from 1 on.
 */
interface PartBase {
  turn: number;
  role: PartRole;
  /** The prompt up to and with this part is worth caching at the provider, for so long. */
  cache?: CacheTtl;
}

export type CacheTtl = '5m' | '1h';

export type Part = PartBase &
  (
    | MediaPart
    /** An earlier answer in which the model declined. */
    | { type: 'refusal'; text: string }
    | { type: 'audio'; data: string; format: string }
    /** `arguments` is the text that the model wrote, normally JSON. `signature`: as in `reasoning`. */
    | { type: 'tool-call'; id: string; name: string; arguments: string; signature?: Signature }
    | { type: 'tool-result'; id: string; content: readonly MediaPart[]; isError?: boolean }
    | ReasoningPart
    /** A part that the call does not model; only an adapter of the same wire can carry it. */
    | { type: 'other'; name: string; value: unknown }
  );

/** What a message and the result of a tool may both hold. */
export type MediaPart =
  | { type: 'text'; text: string }
  /** `url` is http(s) or a `data:` URL. */
  | { type: 'image'; url: string; detail?: string }
  /** One of `fileId` (at the provider), `data` (a `data:` URL, or plain base64) and `url`. `mediaType` e.g. `application/pdf`. */
  | { type: 'file'; fileId?: string; filename?: string; data?: string; url?: string; mediaType?: string };

/** What a provider wants back unread to go on with its own reasoning; it means nothing to another wire. */
export interface Signature {
  wire: string;
  value: string;
}

/** `hidden` is set where the provider gave no readable text (redacted or encrypted); then `text` is empty. */
interface ReasoningPart {
  type: 'reasoning';
  text: string;
  signature?: Signature;
  hidden?: boolean;
}

export interface ToolDefinition {
  name: string;
  description?: string;
  /** JSON Schema of the arguments. */
  parameters?: unknown;
  strict?: boolean;
  cache?: CacheTtl;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { name: string };

export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json' }
  | { type: 'json-schema'; name: string; schema: unknown; strict?: boolean; description?: string };

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How much the model may think before it answers; where both are given, `budgetTokens` says it exactly. */
export interface ReasoningParams {
  effort?: ReasoningEffort;
  budgetTokens?: number;
  /** The caller wants to see the reasoning, or a summary of it. */
  visible?: boolean;
}

/** Whether the model is asked to think at all. */
export function asksToThink(reasoning: ReasoningParams | undefined): reasoning is ReasoningParams {
  return reasoning !== undefined && reasoning.effort !== 'none';
}

/** Settings that more than one provider knows; all else travels in `extensions`. */
export interface CallParams {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  stop?: readonly string[];
  seed?: number;
  /** Number of answers asked for; each may use `maxOutputTokens`. */
  choices?: number;
  /** Log probabilities of the tokens written, and of so many alternatives to each. */
  logprobs?: { top: number };
  logitBias?: Readonly<Record<string, number>>;
  tools?: readonly ToolDefinition[];
  toolChoice?: ToolChoice;
  /** False: at most one tool call in an answer. */
  parallelToolCalls?: boolean;
  responseFormat?: ResponseFormat;
  reasoning?: ReasoningParams;
  /** The caller's own name for its end user, for the provider's abuse detection. */
  endUser?: string;
  /** Length of the vectors (embedding). */
  dimensions?: number;
  /** What the texts are for (embedding). */
  inputType?: 'query' | 'document' | 'classification' | 'clustering';
  /** How many of the documents to give back, best first (rerank). */
  topN?: number;
  /** The caller asked to see token usage on the stream. */
  streamUsage?: boolean;
}

/** Where a top-level field's value stands in the raw body: bytes `start` (inclusive) to `end` (exclusive). */
export interface FieldSpan {
  start: number;
  end: number;
}

/** The body as it came, in the words of `Call.wire`. It is forwarded untouched when the adapter speaks the same wire and no step touched a part. */
export interface RawRequest {
  bytes: Uint8Array;
  fields: ReadonlyMap<string, FieldSpan>;
}

export interface Call {
  kind: CallKind;
  /** The wire that the caller speaks: `openai`, `openai-responses`, `anthropic`, `rerank`. */
  wire: string;
  /** The alias or `provider/model` that the caller named. */
  model: string;
  stream: boolean;
  parts: readonly Part[];
  params: CallParams;
  /** The caller's fields, under its own names, that the call does not model; see the adapters' rules for carrying them. */
  extensions: Readonly<Record<string, unknown>>;
  /** Request headers of the surface that pass upstream (lower case), e.g. `anthropic-beta`. */
  passHeaders?: Readonly<Record<string, string>>;
  raw?: RawRequest;
}

/** Tokens of one call. `estimated` is true where the provider did not state them. */
export interface Usage {
  /** All of the input: what was read from a cache and written to it is counted in. */
  inputTokens: number;
  outputTokens: number;
  /** Of the input: read from the provider's cache. */
  cachedInputTokens: number;
  /** Of the input: written to the provider's cache, to stay 5 minutes and 1 hour. */
  cacheWriteTokens?: number;
  cacheWrite1hTokens?: number;
  /** Of the output: spent on reasoning. */
  reasoningTokens?: number;
  /** Of the input and the output: audio, which some providers price apart. */
  audioInputTokens?: number;
  audioOutputTokens?: number;
  /** Searches, as rerankers bill them. */
  searches?: number;
  estimated: boolean;
}

/** `pause`: the provider stopped a long turn that the caller may continue; `refusal`: the model declined. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'pause' | 'other';

/** A whole answer. `raw` is the provider's own body when it can be passed on as it is. */
export interface Answer {
  kind: CallKind;
  /** The model as the provider names it, where it says so. */
  model: string | null;
  parts: readonly AnswerPart[];
  usage: Usage | null;
  raw?: { wire: string; bytes: Uint8Array; contentType: string };
}

/** How sure the model was of a token that it wrote (natural logarithm), and what else it could have written. */
export interface TokenLogprob {
  token: string;
  logprob: number;
  bytes: readonly number[] | null;
  top: readonly { token: string; logprob: number; bytes: readonly number[] | null }[];
}

/** Where a statement of the answer comes from. `start` and `end` are offsets into the text, in UTF-16 code units. */
export interface Citation {
  url: string | null;
  title: string | null;
  quote: string | null;
  start: number | null;
  end: number | null;
}

/** One choice's content, in the order in which the model gave it; `index` is the choice, or the input it belongs to. */
export type AnswerPart = { index: number } & (
  | { type: 'text'; text: string; logprobs?: readonly TokenLogprob[]; citations?: readonly Citation[] }
  | { type: 'refusal'; text: string }
  | { type: 'tool-call'; id: string; name: string; arguments: string; signature?: Signature }
  | ReasoningPart
  | { type: 'audio'; data: string; format: string; transcript: string }
  | { type: 'embedding'; vector: readonly number[] }
  /** `index` is the document's; parts stand best first. */
  | { type: 'score'; score: number }
  | { type: 'moderation'; flagged: boolean; categories: Readonly<Record<string, { flagged: boolean; score: number }>> }
  | { type: 'count'; inputTokens: number; estimated: boolean }
  | { type: 'tensors'; value: unknown }
  | { type: 'end'; finishReason: FinishReason; stopSequence?: string }
);

/**
 * What a stream says, event by event: start / delta / end. `block` counts the provider's content blocks, so that two
 * texts, or two thoughts with a signature each, stay two; where it is absent, a block ends when the type changes.
 */
export type AnswerEvent =
  | { type: 'start'; model: string | null }
  | { type: 'text-delta'; index: number; block?: number; text: string; logprobs?: readonly TokenLogprob[] }
  | { type: 'refusal-delta'; index: number; text: string }
  | { type: 'reasoning-delta'; index: number; block?: number; text: string; hidden?: boolean; signature?: Signature }
  | {
      type: 'tool-call-delta';
      index: number;
      /** Counts the tool calls of the choice. */
      call: number;
      id?: string;
      name?: string;
      arguments: string;
      signature?: Signature;
    }
  | { type: 'audio-delta'; index: number; data: string; transcript: string }
  | { type: 'citation'; index: number; citation: Citation }
  | { type: 'end'; index: number; finishReason: FinishReason; stopSequence?: string }
  /** `interim`: what is stated so far, to settle a stream that breaks off; the final figures follow. Callers are not told. */
  | { type: 'usage'; usage: Usage; interim?: true }
  /** The stream broke. `kind` and `status` as an attempt's failure has them. */
  | { type: 'error'; kind: 'reset' | 'timeout' | 'status' | 'invalid'; status: number | null; message: string }
  /** The provider's own closing frame arrived: the stream is whole. `raw` is that frame, for a surface of its wire. */
  | { type: 'closed'; raw?: { wire: string; bytes: Uint8Array } };

/**
 * What one read from the provider gave. `raw` holds whole frames of `wire`, ready to forward; frames
 * that must not be forwarded as they are (the closing frame, a usage chunk nobody asked for, errors)
 * are left out of it and stand only in `events`.
 */
export interface AnswerFrame {
  raw?: { wire: string; bytes: Uint8Array };
  events: readonly AnswerEvent[];
}
