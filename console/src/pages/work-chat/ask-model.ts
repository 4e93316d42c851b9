/** One call of `/v1/chat/completions`, streamed: what it said so far, and how it ended. */
import { HEADERS, type ErrorCode } from '@reeve/contracts';
import { ApiProblem, request } from '#api';
import { readEvents, type StreamEvent } from './event-stream.ts';
import type { Facts } from './facts.ts';
import type { Message } from './messages.ts';

export interface Said {
  text: string;
  reasoning: string;
  refusal: string;
}

export interface Answered extends Said {
  /** `lost`: it broke off by itself. */
  ending: 'whole' | 'stopped' | 'lost';
  /** Why it broke off, where the server said so. */
  problem: ApiProblem | null;
  receiptId: string | null;
  facts: Facts;
}

interface Ask {
  model: string;
  messages: readonly Message[];
  signal: AbortSignal;
  /** After each piece that came. */
  onSaid(said: Said): void;
}

interface Chunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null; refusal?: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  error?: { message: string; code: string | null };
}

/** Throws `ApiProblem` where nothing was answered at all; what breaks off later is told, not thrown. */
export async function askModel({ model, messages, signal, onSaid }: Ask): Promise<Answered> {
  const startedMs = performance.now();
  const body = JSON.stringify({ model, messages, stream: true, stream_options: { include_usage: true } });
  const response = await request('/v1/chat/completions', { method: 'POST', body, signal });
  const answered = openAnswer(response);
  let closed = false;
  try {
    if (response.body === null) return answered;
    for await (const events of readEvents(response.body)) {
      if (events.length > 0) answered.facts.firstMs ??= performance.now() - startedMs;
      for (const event of events) closed = takeEvent(answered, event) || closed;
      onSaid(answered);
    }
  } catch {
    // The connection went, or a line was no JSON: what came stands, and the ending says the rest.
  }
  answered.facts.totalMs = performance.now() - startedMs;
  if (closed) answered.ending = 'whole';
  else if (signal.aborted) answered.ending = 'stopped';
  return answered;
}

function openAnswer({ headers }: Response): Answered {
  const names = (headers.get(HEADERS.fallback) ?? '').split(', ').filter((name) => name !== '');
  const route = headers.get(HEADERS.route);
  const facts: Facts = {
    route: route === null ? null : decodeURIComponent(route),
    failed: names.map(decodeURIComponent),
    costNanos: undefined,
    input: null,
    output: null,
    estimated: false,
    firstMs: null,
    totalMs: null,
    status: 'ok',
  };
  const receiptId = headers.get(HEADERS.receipt);
  return { text: '', reasoning: '', refusal: '', ending: 'lost', problem: null, receiptId, facts };
}

/** True at the closing frame. */
function takeEvent(answered: Answered, { kind, text }: StreamEvent): boolean {
  if (kind === 'comment') {
    if (text.startsWith('reeve ')) answered.facts.costNanos = readCost(text.slice('reeve '.length));
    return false;
  }
  if (text === '[DONE]') return true;
  const { choices, usage, error } = JSON.parse(text) as Chunk;
  if (error !== undefined) {
    const code = (error.code ?? 'unknown') as ErrorCode | 'unknown';
    answered.problem = new ApiProblem({ status: 0, code, message: error.message });
  }
  const delta = choices?.[0]?.delta;
  answered.text += delta?.content ?? '';
  answered.reasoning += delta?.reasoning_content ?? '';
  answered.refusal += delta?.refusal ?? '';
  if (usage !== undefined && usage !== null) {
    answered.facts.input = usage.prompt_tokens;
    answered.facts.output = usage.completion_tokens;
  }
  return false;
}

function readCost(text: string): number | null {
  return (JSON.parse(text) as { cost_nanos: number | null }).cost_nanos;
}
