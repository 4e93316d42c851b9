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
  | 'speech'
  | 'transcription'
  | 'image'
  | 'tool'
  | 'device'
  | 'prediction';

export type PartRole = 'system' | 'user' | 'assistant' | 'tool';

/** `turn` is the index of the message (chat) or input (embedding) that the part belongs to. */
interface PartBase {
  turn: number;
  role: PartRole;
}

export type Part =
  | (PartBase & { type: 'text'; text: string })
  | (PartBase & { type: 'image'; url: string; detail?: string })
  | (PartBase & { type: 'audio'; data: string; format: string })
  | (PartBase & { type: 'file'; fileId?: string; filename?: string; data?: string })
  | (PartBase & { type: 'tool-call'; id: string; name: string; arguments: string })
  | (PartBase & { type: 'tool-result'; id: string; text: string })
  | (PartBase & { type: 'reasoning'; text: string; signature?: string })
  /** A part that the call does not model; only an adapter of the same wire can carry it. */
  | (PartBase & { type: 'other'; name: string; value: unknown });

export interface ToolDefinition {
  name: string;
  description?: string;
  parameters?: unknown;
  strict?: boolean;
}

/** Sampling and output settings that more than one provider knows; all else travels in `extensions`. */
export interface CallParams {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  stop?: readonly string[];
  seed?: number;
  /** Number of answers asked for; each may use `maxOutputTokens`. */
  choices?: number;
  tools?: readonly ToolDefinition[];
  toolChoice?: unknown;
  responseFormat?: unknown;
  dimensions?: number;
  /** The caller asked to see token usage on the stream. */
  streamUsage?: boolean;
}

/** Where a top-level field's value stands in the raw body: bytes `start` (inclusive) to `end` (exclusive). */
export interface FieldSpan {
  start: number;
  end: number;
}

/** The body as it came. It is forwarded untouched when the adapter speaks the same wire and no step touched a part. */
export interface RawRequest {
  /** The wire that the bytes speak, e.g. `openai`. */
  surface: string;
  bytes: Uint8Array;
  fields: ReadonlyMap<string, FieldSpan>;
}

export interface Call {
  kind: CallKind;
  /** The alias or `provider/model` that the caller named. */
  model: string;
  stream: boolean;
  parts: readonly Part[];
  params: CallParams;
  /** Fields of the surface that the call does not model; adapters of the same wire pass them on. */
  extensions: Readonly<Record<string, unknown>>;
  /** Request headers of the surface that pass upstream (lower case), e.g. `anthropic-beta`. */
  passHeaders?: Readonly<Record<string, string>>;
  raw?: RawRequest;
}

/** Tokens of one call. `estimated` is true where the provider did not state them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  estimated: boolean;
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** A whole answer. `raw` is the provider's own body when it can be passed on as it is. */
export interface Answer {
  kind: CallKind;
  /** The model as the provider names it, where it says so. */
  model: string | null;
  parts: readonly AnswerPart[];
  usage: Usage | null;
  raw?: { wire: string; bytes: Uint8Array; contentType: string };
}

/** One choice's content; `index` is the choice. */
export type AnswerPart =
  | { type: 'text'; index: number; text: string }
  | { type: 'tool-call'; index: number; id: string; name: string; arguments: string }
  | { type: 'reasoning'; index: number; text: string; signature?: string }
  | { type: 'embedding'; index: number; vector: readonly number[] }
  | { type: 'end'; index: number; finishReason: FinishReason };

/** What a stream says, event by event: start / delta / end. */
export type AnswerEvent =
  | { type: 'start'; model: string | null }
  | { type: 'text-delta'; index: number; text: string }
  | { type: 'reasoning-delta'; index: number; text: string }
  | {
      type: 'tool-call-delta';
      index: number;
      call: number;
      id?: string;
      name?: string;
      arguments: string;
    }
  | { type: 'end'; index: number; finishReason: FinishReason }
  | { type: 'usage'; usage: Usage }
  | { type: 'error'; message: string }
  /** The provider's own closing frame arrived: the stream is whole. */
  | { type: 'closed' };

/**
 * What one read from the provider gave. `raw` holds whole frames of `wire`, ready to forward; frames
 * that must not be forwarded as they are (the closing frame, a usage chunk nobody asked for, errors)
 * are left out of it and stand only in `events`.
 */
export interface AnswerFrame {
  raw?: { wire: string; bytes: Uint8Array };
  events: readonly AnswerEvent[];
}
