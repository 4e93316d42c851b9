import type { AnswerEvent, Usage } from '@reeve/contracts';
import { expect, it } from 'vitest';
import type { RenderContext } from './answer-to-openai.ts';
import { ChunkStream, renderUsageFrame } from './events-to-openai.ts';
import { annotation, citation, context, logprob, wireLogprob } from './rendering.testing.ts';

const usage: Usage = { inputTokens: 3, outputTokens: 2, cachedInputTokens: 1, estimated: false };

const chunksOf = (text: string) =>
  text.split('\n\n').flatMap((frame) => (frame === '' ? [] : [JSON.parse(frame.replace('data: ', ''))]));

function stream(events: AnswerEvent[], changes: Partial<RenderContext> = {}) {
  return chunksOf(new ChunkStream({ ...context, ...changes }).render(events));
}

it('says each event in a chunk', () => {
  const deltas = stream([
    { type: 'start', model: null },
    { type: 'reasoning-delta', index: 0, text: 'Hm.' },
    { type: 'text-delta', index: 0, text: 'A', logprobs: [logprob] },
    { type: 'citation', index: 0, citation },
    { type: 'refusal-delta', index: 0, text: 'No.' },
    { type: 'audio-delta', index: 0, data: 'AA', transcript: '' },
    { type: 'tool-call-delta', index: 0, call: 1, id: 'c', name: 'f', arguments: '' },
    { type: 'tool-call-delta', index: 0, call: 1, arguments: '{' },
    { type: 'end', index: 0, finishReason: 'pause' },
    { type: 'closed' },
  ]).map((chunk) => chunk.choices[0]);
  expect(deltas).toMatchObject([
    { index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null },
    { delta: { reasoning_content: 'Hm.' } },
    { delta: { content: 'A' }, logprobs: { content: [wireLogprob] } },
    { delta: { annotations: [annotation] } },
    { delta: { refusal: 'No.' } },
    { delta: { audio: { id: 'audio_rcp_1', data: 'AA' } } },
    { delta: { tool_calls: [{ index: 1, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] } },
    { delta: { tool_calls: [{ index: 1, function: { arguments: '{' } }] } },
    { delta: {}, finish_reason: 'stop' },
  ]);
});

it('opens each choice once, before anything else of it', () => {
  const rendering = new ChunkStream(context);
  const first = rendering.render([
    { type: 'start', model: null },
    { type: 'text-delta', index: 1, text: 'B' },
  ]);
  const rest = rendering.render([
    { type: 'text-delta', index: 0, text: 'A' },
    { type: 'end', index: 1, finishReason: 'stop' },
    { type: 'end', index: 2, finishReason: 'content-filter' },
  ]);
  const seen = chunksOf(first + rest).map(({ choices: [choice] }) => [choice.index, Object.keys(choice.delta)]);
  expect(seen).toEqual([
    [0, ['role', 'content']],
    [1, ['role', 'content']],
    [1, ['content']],
    [0, ['content']],
    [1, []],
    [2, ['role', 'content']],
    [2, []],
  ]);
});

it('gives a tool call an id where the provider gives none', () => {
  const chunks = stream([
    { type: 'tool-call-delta', index: 0, call: 0, name: 'f', arguments: '' },
    { type: 'tool-call-delta', index: 0, call: 1, id: '', name: 'g', arguments: '{}' },
    { type: 'tool-call-delta', index: 0, call: 0, arguments: '{}' },
  ]);
  const ids = chunks.flatMap(
    ({ choices: [{ delta }] }) => delta.tool_calls?.map(({ id }: { id?: string }) => id) ?? [],
  );
  expect(ids).toEqual(['call_rcp_1_0', 'call_rcp_1_1', undefined]);
});

it('states usage in a chunk of its own and in no other, however often the provider does', () => {
  const events: AnswerEvent[] = [
    { type: 'text-delta', index: 0, text: 'A' },
    { type: 'usage', usage, interim: true },
    { type: 'usage', usage },
    { type: 'usage', usage },
  ];
  expect(stream(events).map((chunk) => 'usage' in chunk)).toEqual([false, false]);
  expect(stream(events, { includeUsage: true }).map((chunk) => chunk.usage)).toEqual([null, null]);
  expect(chunksOf(renderUsageFrame(usage, context))).toMatchObject([{ choices: [], usage: { prompt_tokens: 3 } }]);
});
