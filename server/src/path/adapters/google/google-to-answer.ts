/** From the body of a Gemini answer to what it says. Streams are read in `google-to-frames.ts`. */
import type { Answer, AnswerPart, Call, Usage } from '@reeve/contracts';
import { groupTurns } from '../group-turns.ts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import { isBlocked, readFinishReason, readLogprobs, readUsage } from './google-wire.ts';
import {
  createCallIds,
  readCandidates,
  readPieces,
  type Candidate,
  type MakeCallId,
  type Piece,
} from './read-candidate.ts';
import { readCitations } from './read-citations.ts';

type Said = Pick<Answer, 'model' | 'parts' | 'usage'>;

/** What a whole body says to this call; without parts where it has the wrong shape. */
export function bodyToAnswer(body: JsonRecord, call: Call): Said {
  switch (call.kind) {
    case 'count':
      return readCount(body);
    case 'embedding':
      return { model: null, parts: readVectors(body, call), usage: readUsage(body.usageMetadata) };
    default:
      return readChat(body, call);
  }
}

/** A count costs nothing. */
const NOTHING_USED: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };

function readCount(body: JsonRecord): Said {
  const inputTokens = readTokens(body.totalTokens);
  if (inputTokens === null) return { model: null, parts: [], usage: null };
  return { model: null, parts: [{ type: 'count', index: 0, inputTokens, estimated: false }], usage: NOTHING_USED };
}

/** One vector for each input, in their order: where one cannot be read, none of them has a place. */
function readVectors(body: JsonRecord, call: Call): AnswerPart[] {
  const vectors = readList(body.embeddings).map((item) => readList(readRecord(item)?.values));
  const isWhole = vectors.length === groupTurns(call.parts).length && vectors.every(isVector);
  return isWhole ? vectors.map((vector, index) => ({ type: 'embedding', index, vector: vector.filter(isNumber) })) : [];
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isVector = (values: readonly unknown[]): boolean => values.length > 0 && values.every(isNumber);

/** A prompt that the provider blocks has no candidate: an answer without words, not an error. */
function readChat(body: JsonRecord, call: Call): Said {
  const makeId = createCallIds(call, body);
  const parts = readCandidates(body).flatMap((candidate) => toParts(candidate, makeId));
  if (parts.length === 0 && isBlocked(body)) parts.push({ type: 'end', index: 0, finishReason: 'content-filter' });
  return { model: readText(body.modelVersion), parts, usage: readUsage(body.usageMetadata) };
}

function toParts(candidate: Candidate, makeId: MakeCallId): AnswerPart[] {
  const { index, record, finish } = candidate;
  const pieces = joinPieces(readPieces(candidate, makeId, 0));
  const text = pieces.map((piece) => (piece.type === 'text' ? piece.text : '')).join('');
  const logprobs = readLogprobs(record.logprobsResult);
  const citations = readCitations(record, text);
  const first = pieces.findIndex((piece) => piece.type === 'text');
  const parts = pieces.map((piece, at): AnswerPart => {
    if (piece.type === 'audio') return { index, ...piece, transcript: '' };
    if (piece.type !== 'text' || at !== first) return { index, ...piece };
    return {
      index,
      ...piece,
      ...(logprobs === null ? {} : { logprobs }),
      ...(citations.length === 0 ? {} : { citations }),
    };
  });
  const hasCalls = pieces.some((piece) => piece.type === 'tool-call');
  return [...parts, { type: 'end', index, finishReason: readFinishReason(finish ?? '', hasCalls) }];
}

/** Texts and thoughts come in pieces on this wire; neighbours are one, unless a signature stands between them. */
function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { ...last, text: last.text + piece.text };
    else if (isWords(piece) && last !== undefined && isWords(last)) {
      joined[joined.length - 1] = { ...piece, text: last.text + piece.text };
    } else joined.push(piece);
  }
  return joined;
}

function isWords(piece: Piece): piece is Piece & { type: 'reasoning' } {
  return piece.type === 'reasoning' && piece.hidden !== true && piece.signature === undefined;
}
