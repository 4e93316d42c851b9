import type { Call } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import type { JsonRecord } from '../read-json.ts';
import type { WireReader } from '../read-invocation.ts';
import type { WireError } from '../sse-translator.ts';
import { bodyToAnswer } from './openai-to-answer.ts';
import { createOpenAiReader } from './openai-to-frames.ts';
import { chooseWire, findErrorMessage, readError, RESPONSES_WIRE } from './openai-wire.ts';
import { responseToAnswer } from './responses-to-answer.ts';
import { createResponsesReader } from './responses-to-frames.ts';

/** How what comes back is read: on the wire on which the call went. */
export function chooseReader(call: Call, provider: Provider): WireReader {
  const wire = chooseWire(call, provider);
  if (wire === RESPONSES_WIRE) {
    const createSseReader = createResponsesReader;
    return { wire, findErrorMessage, findError: readError, readAnswer: responseToAnswer, createSseReader };
  }
  const readAnswer = (body: JsonRecord) => bodyToAnswer(body, call);
  return { wire, findErrorMessage, findError: findErrorAlone, readAnswer, createSseReader: createOpenAiReader };
}

/** Some servers send an `error` beside an answer that is whole. */
function findErrorAlone(body: JsonRecord): WireError | null {
  const items = body.choices ?? body.data ?? body.results;
  return Array.isArray(items) && items.length > 0 ? null : readError(body);
}
