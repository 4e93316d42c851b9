/** From the stream of an OpenAI answer to `AnswerFrame`s. */
import type { Provider } from '../adapter.ts';
import type { StreamTranslator } from '../answer-stream.ts';
import { readText } from '../read-json.ts';
import { createSseTranslator } from '../sse-translator.ts';
import { chunkToEvents, isUsageOnly } from './chunk-to-events.ts';
import { readError, WIRE } from './openai-wire.ts';

/**
 * Reads a stream of chunks. Held back from the forwarded bytes: the closing frame, error frames, and the chunk that
 * carries usage only, unless the caller asked for it (`usageAsked`).
 */
export function createOpenAiTranslator(usageAsked: boolean, provider: Provider): StreamTranslator {
  let started = false;
  return createSseTranslator(
    {
      wire: WIRE,
      closingData: '[DONE]',
      findError: (chunk, event) => readError(chunk) ?? (event === 'error' ? readError({ error: chunk }) : null),
      read(chunk, _event, events) {
        if (!started) events.push({ type: 'start', model: readText(chunk.model) });
        started = true;
        chunkToEvents(chunk, events);
        return usageAsked || !isUsageOnly(chunk) ? 'forward' : 'hold';
      },
    },
    provider,
  );
}
