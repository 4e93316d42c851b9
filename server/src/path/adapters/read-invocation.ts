/** From the answer to one attempt to its `Invocation`: what wires of JSON bodies and server-sent events share. */
import { isUtf8 } from 'node:buffer';
import type { Answer, Call, CallKind } from '@reeve/contracts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation, Provider } from './adapter.ts';
import { openAnswerStream } from './answer-stream.ts';
import { parseJson, readRecord, type JsonRecord } from './read-json.ts';
import { createSseTranslator, type SseReader, type WireError } from './sse-translator.ts';
import { failFromStatus, failWith, toPublicMessage } from './upstream-failure.ts';

/** One wire's reading of what comes back whole. Pure. */
export interface BodyReader {
  readonly wire: string;
  /** The provider's own sentence in the body of an error status. */
  findErrorMessage(value: unknown): string | null;
  /** The error in a body that came under a good status. */
  findError(body: JsonRecord): WireError | null;
  /** What the body of a whole answer says; without parts it is no answer. */
  readAnswer(body: JsonRecord, kind: CallKind): Pick<Answer, 'model' | 'parts' | 'usage'>;
}

/** And of its streams. */
export interface WireReader extends BodyReader {
  /** For one stream. */
  createSseReader(call: Call): SseReader;
}

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** The answer, the stream or the failure. Throws `HttpFailure` where the wire breaks. */
export async function readInvocation(
  deps: AdapterDeps,
  attempt: Attempt,
  answer: IncomingAnswer,
  reader: WireReader,
): Promise<Invocation> {
  const { call, provider } = attempt;
  if (answer.status < 200 || answer.status > 299) {
    return failFromStatus(answer, attempt, reader.wire, reader.findErrorMessage);
  }
  if (call.stream && !isJson(answer)) {
    const translator = createSseTranslator(reader.createSseReader(call), provider);
    return openAnswerStream(answer, translator, attempt, deps.clock);
  }
  const read = readBody(await answer.readAll(ANSWER_BYTES_MAX), call.kind, provider, reader);
  if (!call.stream || read.type === 'failure') return read;
  return failWith('invalid', 'The provider sent a whole answer where a stream was asked for.');
}

/** A whole answer; `invalid` where it cannot be read, has the wrong shape, or is an error under a good status. */
export function readBody(bytes: Buffer, kind: CallKind, provider: Provider, reader: BodyReader): Invocation {
  const body = readRecord(isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : undefined);
  if (body === null) return failWith('invalid', 'The provider sent an answer that is not a JSON object.');
  const error = reader.findError(body);
  if (error !== null) {
    return failWith('invalid', toPublicMessage(error.message, provider) || 'The provider reported an error.');
  }
  const said = reader.readAnswer(body, kind);
  if (said.parts.length === 0) return failWith('invalid', 'The provider sent an answer without content.');
  const raw = { wire: reader.wire, bytes, contentType: 'application/json' };
  return { type: 'answer', answer: { kind, ...said, raw } };
}

function isJson({ headers }: IncomingAnswer): boolean {
  return String(headers['content-type'] ?? '').startsWith('application/json');
}
