/** From the stream of an OpenAI answer to `AnswerFrame`s. */
import type { AnswerEvent, Call } from '@reeve/contracts';
import { readText, type JsonRecord } from '../read-json.ts';
import type { SseReader } from '../sse-translator.ts';
import { chunkToEvents, isUsageOnly, type ToolCallNumberings } from './chunk-to-events.ts';
import { completionToEvents } from './completion-to-answer.ts';
import { readError, readSources, WIRE } from './openai-wire.ts';

/**
 * Reads a stream of chunks, of a chat or of a text completion. Held back from the forwarded bytes: the closing frame,
 * error frames, and the chunk that carries usage only, unless the caller asked for it.
 */
export function createOpenAiReader({ kind, params }: Pick<Call, 'kind' | 'params'>): SseReader {
  const usageAsked = params.streamUsage === true;
  const readChunk = kind === 'completion' ? completionToEvents : createChatReader();
  let started = false;
  return {
    wire: WIRE,
    closingData: '[DONE]',
    findError: (chunk, event) => readError(chunk) ?? (event === 'error' ? readError({ error: chunk }) : null),
    read(chunk, _event, events) {
      if (!started) events.push({ type: 'start', model: readText(chunk.model) });
      started = true;
      readChunk(chunk, events);
      return usageAsked || !isUsageOnly(chunk) ? 'forward' : 'hold';
    },
  };
}

function createChatReader(): (chunk: JsonRecord, events: AnswerEvent[]) => void {
  const numberings: ToolCallNumberings = new Map();
  let cited = false;
  return (chunk, events) => {
    // Search models repeat their sources in every chunk.
    if (!cited && (chunk.search_results !== undefined || chunk.citations !== undefined)) {
      const sources = readSources(chunk);
      for (const citation of sources) events.push({ type: 'citation', index: 0, citation });
      cited = sources.length > 0;
    }
    chunkToEvents(chunk, events, numberings);
  };
}
