/** From the stream of a Gemini answer to what it says. */
import type { AnswerEvent, Call, Usage } from '@reeve/contracts';
import { readText, type JsonRecord } from '../read-json.ts';
import type { SseReader } from '../sse-translator.ts';
import { isBlocked, readError, readFinishReason, readLogprobs, readUsage, WIRE } from './google-wire.ts';
import {
  createCallIds,
  readCandidates,
  readPieces,
  type Candidate,
  type MakeCallId,
  type Piece,
} from './read-candidate.ts';
import { readCitations } from './read-citations.ts';

/**
 * Reads a stream of chunks, each of the shape of a whole answer. There is no closing frame: the stream is whole when
 * every candidate that began has ended, or the prompt was blocked.
 */
export function createGoogleReader(call: Call): SseReader {
  return new GoogleReader(call);
}

interface Choice {
  calls: number;
  text: string;
  /** What signs the text that still goes on: it follows, so that the text stays one. */
  signed: AnswerEvent[];
  ended: boolean;
  /** What was cited already: chunks may repeat their sources. */
  cited: Set<string>;
}

class GoogleReader implements SseReader {
  readonly wire = WIRE;
  readonly #call: Call;
  readonly #choices = new Map<number, Choice>();
  #started = false;
  #blocked = false;
  /** Each chunk repeats the figures up to it: only the last are the answer's. */
  #usage: Usage | null = null;

  constructor(call: Call) {
    this.#call = call;
  }

  findError(chunk: JsonRecord) {
    return readError(chunk);
  }

  read(chunk: JsonRecord, _event: string | null, events: AnswerEvent[]): 'forward' {
    if (!this.#started) events.push({ type: 'start', model: readText(chunk.modelVersion) });
    this.#started = true;
    const candidates = readCandidates(chunk);
    const makeId = createCallIds(this.#call, chunk);
    for (const candidate of candidates) this.#readCandidate(candidate, makeId, events);
    if (candidates.length === 0 && isBlocked(chunk) && !this.#blocked) {
      this.#blocked = true;
      events.push({ type: 'end', index: 0, finishReason: 'content-filter' });
    }
    const usage = readUsage(chunk.usageMetadata);
    this.#usage = usage ?? this.#usage;
    if (usage !== null || candidates.some(({ finish }) => finish !== null)) this.#tellUsage(events);
    return 'forward';
  }

  /** The last figures normally stand in the last chunk, sometimes in one before or behind it. */
  #tellUsage(events: AnswerEvent[]): void {
    if (this.#usage === null) return;
    const final = { type: 'usage' as const, usage: this.#usage };
    events.push(this.isWhole() ? final : { ...final, interim: true });
  }

  isWhole(): boolean {
    const choices = [...this.#choices.values()];
    return this.#blocked || (choices.length > 0 && choices.every((choice) => choice.ended));
  }

  #readCandidate(candidate: Candidate, makeId: MakeCallId, events: AnswerEvent[]): void {
    const { index, record, finish } = candidate;
    const choice = this.#findChoice(index);
    const pieces = readPieces(candidate, makeId, choice.calls);
    let logprobs = readLogprobs(record.logprobsResult);
    for (const piece of pieces) {
      const event = toEvent(piece, index, choice);
      if (isSignatureOfText(piece, choice)) {
        choice.signed.push(event);
        continue;
      }
      if (piece.type !== 'text') events.push(...choice.signed.splice(0));
      if (event.type === 'text-delta' && logprobs !== null) {
        events.push({ ...event, logprobs });
        logprobs = null;
      } else events.push(event);
    }
    for (const citation of readCitations(record, choice.text)) {
      const key = JSON.stringify(citation);
      if (!choice.cited.has(key)) events.push({ type: 'citation', index, citation });
      choice.cited.add(key);
    }
    if (finish === null || choice.ended) return;
    choice.ended = true;
    events.push(...choice.signed.splice(0));
    events.push({ type: 'end', index, finishReason: readFinishReason(finish, choice.calls > 0) });
  }

  #findChoice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice: Choice = { calls: 0, text: '', signed: [], ended: false, cited: new Set<string>() };
    this.#choices.set(index, choice);
    return choice;
  }
}

const isSignatureOfText = (piece: Piece, choice: Choice): boolean =>
  piece.type === 'reasoning' && piece.hidden === true && choice.text !== '' && !choice.ended;

/** Notes in `choice` what the piece adds to it. A tool call comes whole. */
function toEvent(piece: Piece, index: number, choice: Choice): AnswerEvent {
  switch (piece.type) {
    case 'text':
      choice.text += piece.text;
      return { type: 'text-delta', index, text: piece.text };
    case 'reasoning':
      return { ...piece, type: 'reasoning-delta', index };
    case 'audio':
      return { type: 'audio-delta', index, data: piece.data, transcript: '' };
    case 'tool-call': {
      const call = choice.calls;
      choice.calls += 1;
      return { ...piece, type: 'tool-call-delta', index, call };
    }
  }
}
