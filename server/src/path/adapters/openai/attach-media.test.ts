import type { Call, MediaPart, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { callToOpenAi, findUnsayable } from './call-to-openai.ts';
import { provider } from './openai.fixtures.ts';

const assistant = { turn: 1, role: 'assistant' } as const;
const callOf = (id: string): Part => ({ ...assistant, type: 'tool-call', id, name: 'look', arguments: '{}' });
const resultOf = (turn: number, id: string, ...content: MediaPart[]): Extract<Part, { type: 'tool-result' }> => {
  return { turn, role: 'tool', type: 'tool-result', id, content };
};
const imageOf = (name: string): MediaPart => ({ type: 'image', url: `https://a.example/${name}.png` });
const shownOf = (name: string) => ({ type: 'image_url', image_url: { url: `https://a.example/${name}.png` } });
const labelOf = (id: string) => ({ type: 'text', text: `Attached to the result of the tool call "${id}":` });
const question: Part = { type: 'text', turn: 0, role: 'user', text: 'What is there?' };
const words: MediaPart = { type: 'text', text: 'A stick.' };

const makeCall = (parts: Part[]): Call => {
  return { kind: 'chat', wire: 'anthropic', model: 'm', stream: false, parts, params: {}, extensions: {} };
};

/** The messages behind the one that calls the tools. */
function answersOf(...parts: Part[]): unknown[] {
  const ids = parts.flatMap((part) => (part.type === 'tool-result' ? [part.id] : []));
  const bytes = callToOpenAi(makeCall([question, ...ids.map(callOf), ...parts]), provider, 'm');
  return (JSON.parse(Buffer.from(bytes).toString('utf8')) as { messages: unknown[] }).messages.slice(2);
}

const BELOW = 'The result is attached below.';

describe('what results of tools hold beside texts', () => {
  it('stands in one message of the user behind all of them, in order, each under the id of its call', () => {
    const expected = [
      { role: 'tool', tool_call_id: 'a', content: 'A stick.' },
      { role: 'tool', tool_call_id: 'b', content: '42' },
      { role: 'tool', tool_call_id: 'c', content: BELOW },
      {
        role: 'user',
        content: [labelOf('a'), shownOf('1'), shownOf('2'), labelOf('c'), shownOf('3')],
      },
    ];
    const answers = (turns: readonly [number, number, number]) =>
      answersOf(
        resultOf(turns[0], 'a', imageOf('1'), words, imageOf('2')),
        resultOf(turns[1], 'b', { type: 'text', text: '42' }),
        resultOf(turns[2], 'c', { type: 'text', text: '' }, imageOf('3')),
      );
    expect(answers([2, 2, 2])).toEqual(expected);
    expect(answers([2, 3, 4])).toEqual(expected);
  });

  it('stands before what the user says with the results, and apart from what comes later', () => {
    const text: Part = { type: 'text', turn: 2, role: 'user', text: 'And now?' };
    const shown = [labelOf('a'), shownOf('1')];
    const said = { type: 'text', text: 'And now?' };
    const tool = { role: 'tool', tool_call_id: 'a', content: BELOW };
    const result = resultOf(2, 'a', imageOf('1'));
    expect(answersOf(result, text)).toEqual([tool, { role: 'user', content: [...shown, said] }]);
    expect(answersOf(result, { ...text, turn: 3 })).toEqual([
      tool,
      { role: 'user', content: shown },
      { role: 'user', content: 'And now?' },
    ]);
  });

  it('stands behind each turn of several', () => {
    const next: Part = { turn: 3, role: 'assistant', type: 'tool-call', id: 'b', name: 'look', arguments: '{}' };
    const call = makeCall([
      question,
      callOf('a'),
      resultOf(2, 'a', imageOf('1')),
      next,
      resultOf(4, 'b', imageOf('2')),
    ]);
    const { messages } = JSON.parse(Buffer.from(callToOpenAi(call, provider, 'm')).toString('utf8'));
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(
      'user assistant tool user assistant tool user'.split(' '),
    );
  });

  it('may be a file, and belong to a tool that failed or has a long id', () => {
    const id = 'x'.repeat(60);
    const file: MediaPart = { type: 'file', filename: 'a.pdf', data: 'AA', mediaType: 'application/pdf' };
    const [tool, user] = answersOf({ ...resultOf(2, id, words, file), isError: true });
    const { tool_call_id: short } = tool as { tool_call_id: string };
    expect(short).toHaveLength(40);
    expect(tool).toMatchObject({ content: '{"error":"A stick."}' });
    const sent = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' };
    expect(user).toEqual({ role: 'user', content: [labelOf(short), { type: 'file', file: sent }] });
  });

  it('is not sent where it is a file by its URL', () => {
    const file: MediaPart = { type: 'file', url: 'https://a.example/a.pdf' };
    expect(findUnsayable(makeCall([resultOf(2, 'a', file)]), provider)).toContain('a file by its URL');
  });
});
