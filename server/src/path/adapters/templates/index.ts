/** Answers that need no model: texts with a place for the caller's question. Nothing leaves the process. */
import type { Answer, AnswerFrame, Call, CallKind } from '@reeve/contracts';
import type { ModelAdapter } from '../adapter.ts';
import { FEATURES } from '../features.ts';
import { failWith } from '../upstream-failure.ts';
import { sayHello } from './hello.ts';

/** Model id → the sentences of its answer. */
const TEMPLATES: Readonly<Record<string, (call: Call) => readonly string[]>> = { hello: sayHello };

const ANSWERED: ReadonlySet<CallKind> = new Set(['chat', 'completion']);

export function createTemplatesAdapter(): ModelAdapter {
  return {
    name: 'templates',
    carries: { chat: new Set(FEATURES), completion: new Set(FEATURES) },
    extensions: new Set(),
    // A fixed answer heeds no setting, and says so little that none is missed.
    speaks: ({ kind }) => ANSWERED.has(kind),
    async invoke({ call, modelId }) {
      const render = Object.hasOwn(TEMPLATES, modelId) ? TEMPLATES[modelId] : undefined;
      if (render === undefined || !ANSWERED.has(call.kind)) {
        return failWith('unsupported', `No template "${modelId}" answers calls of kind "${call.kind}".`);
      }
      const sentences = render(call);
      const model = `templates/${modelId}`;
      return call.stream
        ? { type: 'stream', frames: toFrames(sentences, model, call) }
        : { type: 'answer', answer: toAnswer(sentences, model, call) };
    },
  };
}

function choicesOf({ params }: Call): number[] {
  return Array.from({ length: params.choices ?? 1 }, (_, index) => index);
}

function toAnswer(sentences: readonly string[], model: string, call: Call): Answer {
  const text = sentences.join(' ');
  const parts = choicesOf(call).flatMap((index) => [
    { type: 'text' as const, index, text },
    { type: 'end' as const, index, finishReason: 'stop' as const },
  ]);
  return { kind: call.kind, model, parts, usage: null };
}

/** One frame for each sentence. */
async function* toFrames(sentences: readonly string[], model: string, call: Call): AsyncGenerator<AnswerFrame> {
  const indexes = choicesOf(call);
  yield { events: [{ type: 'start', model }] };
  for (const [position, sentence] of sentences.entries()) {
    const text = position === 0 ? sentence : ` ${sentence}`;
    yield { events: indexes.map((index) => ({ type: 'text-delta', index, text })) };
  }
  yield { events: indexes.map((index) => ({ type: 'end', index, finishReason: 'stop' })) };
  yield { events: [{ type: 'closed' }] };
}
