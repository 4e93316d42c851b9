import type { AnswerEvent } from '@reeve/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '#kernel';
import { unsealCallId, unsealSignature } from '../sealed-signature.ts';
import { gather, HEAD, speak, stream, THINKING, USAGE } from './voice.testing.ts';

const START = { type: 'start', model: 'far' } satisfies AnswerEvent;
const END = { type: 'end', index: 0, finishReason: 'stop' } satisfies AnswerEvent;
const text = (said: string, block?: number): AnswerEvent => ({
  type: 'text-delta',
  index: 0,
  text: said,
  ...(block === undefined ? {} : { block }),
});
const thought = (said: string, more: object = {}): AnswerEvent => ({
  type: 'reasoning-delta',
  index: 0,
  text: said,
  ...more,
});
const tool = (call: number, piece: string, more: object = {}): AnswerEvent => ({
  type: 'tool-call-delta',
  index: 0,
  call,
  arguments: piece,
  ...more,
});
const begin = (call: number, piece = ''): AnswerEvent => tool(call, piece, { id: `c${call}`, name: `f${call}` });
const use = (call: number, input: object) => ({ type: 'tool_use', id: `c${call}`, name: `f${call}`, input });
const typesOf = (events: readonly { type: string }[]): string[] => events.map(({ type }) => type);
const contentOf = (events: readonly AnswerEvent[], fields: object = THINKING) => gather(stream(events, fields)).content;

describe('a text', () => {
  const events = [START, text('Hel'), text('lo'), END, { type: 'usage', usage: USAGE }] satisfies AnswerEvent[];

  test('event by event', () => {
    const found = stream(events);
    expect(typesOf(found)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(found[0]?.message).toMatchObject({
      id: 'msg_rcp_1',
      model: 'm',
      content: [],
      stop_reason: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    });
    expect(found.at(-2)).toMatchObject({
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { input_tokens: 3, cache_read_input_tokens: 4, cache_creation_input_tokens: 3, output_tokens: 7 },
    });
  });

  test('however the frames are cut', () => {
    const whole = gather(stream(events));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 })), (sizes) => {
        expect(gather(stream(events, {}, sizes)).content).toEqual(whole.content);
      }),
    );
  });

  test('input that is stated at once stands in the first event', () => {
    const usage = { ...USAGE, outputTokens: 1 };
    const [first] = stream([START, text('a'), { type: 'usage', usage }, END], {}, [3]);
    expect(first?.message.usage).toMatchObject({ input_tokens: 3, output_tokens: 0 });
  });

  test('a stream without a start, without a word, without an end', () => {
    expect(contentOf([text('a')])).toMatchObject([{ text: 'a' }]);
    expect(contentOf([START, text(''), END])).toEqual([]);
    const silent = gather(stream([]));
    expect(silent).toMatchObject({ content: [], stop_reason: 'end_turn' });
  });

  test('other choices are not heard', () => {
    expect(contentOf([START, text('a'), { type: 'text-delta', index: 1, text: 'b' }])).toMatchObject([{ text: 'a' }]);
  });

  test('the sequence that stopped it', () => {
    const message = gather(stream([START, text('a'), { ...END, stopSequence: 'X' }]));
    expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'X' });
  });
});

describe('blocks', () => {
  test('two texts, and two thoughts with a signature each, stay two', () => {
    const signature = (value: string) => ({ signature: { wire: 'anthropic', value } });
    const events = [
      thought('a', { block: 0 }),
      thought('', { block: 0, ...signature('s1') }),
      thought('b', { block: 1 }),
      thought('', { block: 1, ...signature('s2') }),
      text('c', 2),
      text('d', 3),
      text('e', 3),
    ];
    expect(contentOf(events)).toEqual([
      { type: 'thinking', thinking: 'a', signature: 's1' },
      { type: 'thinking', thinking: 'b', signature: 's2' },
      { type: 'text', text: 'c', citations: null },
      { type: 'text', text: 'de', citations: null },
    ]);
  });

  test('without numbers a block ends where the type changes', () => {
    const content = contentOf([thought('a'), thought('b'), text('c'), thought('d'), text('e')]);
    expect(content.map((block) => block.thinking ?? block.text)).toEqual(['ab', 'c', 'd', 'e']);
  });

  test('what is redacted, withheld or signed elsewhere', () => {
    const content = contentOf([
      thought('', { hidden: true, signature: { wire: 'anthropic', value: 'redacted:xyz' } }),
      thought('', { hidden: true, signature: { wire: 'anthropic', value: 'sig' } }),
      thought('', { hidden: true, signature: { wire: 'google', value: 'g' } }),
    ]);
    expect(content.slice(0, 2)).toEqual([
      { type: 'redacted_thinking', data: 'xyz' },
      { type: 'thinking', thinking: '', signature: 'sig' },
    ]);
    expect(unsealSignature(content[2]?.signature ?? '')).toEqual({ wire: 'google', value: 'g' });
  });

  test('thoughts nobody asked for are not shown', () => {
    expect(contentOf([thought('a'), text('b')], {})).toMatchObject([{ type: 'text', text: 'b' }]);
  });

  test('a refusal is a text, and the reason', () => {
    const message = gather(stream([START, { type: 'refusal-delta', index: 0, text: 'no' }, END]));
    expect(message).toMatchObject({ content: [{ type: 'text', text: 'no' }], stop_reason: 'refusal' });
  });

  test('citations stand at their text', () => {
    const citation = { url: 'https://a', title: null, quote: 'q', start: null, end: null };
    const [block] = contentOf([text('a'), { type: 'citation', index: 0, citation }, text('b')]);
    expect(block).toMatchObject({ text: 'ab', citations: [{ url: 'https://a', cited_text: 'q' }] });
  });
});

describe('tool calls', () => {
  test('stream their arguments', () => {
    const events = stream([START, begin(0), tool(0, '{"a"'), tool(0, ':1}'), END]);
    expect(events.flatMap(({ delta }) => delta?.partial_json ?? [])).toEqual(['{"a"', ':1}']);
    expect(gather(events)).toMatchObject({ content: [use(0, { a: 1 })], stop_reason: 'tool_use' });
  });

  test('one after the other do not wait for the end', () => {
    const voice = speak({ stream: true });
    voice.renderFrame({ events: [START, begin(0, '{"a":1}')] }, HEAD);
    expect(voice.renderFrame({ events: [begin(1, '{"b"')] }, HEAD)).toContain('"partial_json":"{\\"b\\""');
  });

  test('that come in turn are put in order, whatever the turns', () => {
    const inputs = fc.array(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.nat()), (objects, picks) => {
        const left = objects.map((object) => JSON.stringify(object));
        const events: AnswerEvent[] = [START, ...objects.map((_, call) => begin(call))];
        while (left.some((rest) => rest !== '')) {
          const call = (picks.next().value ?? 0) % objects.length;
          const size = 1 + ((picks.next().value ?? 0) % 5);
          events.push(tool(call, left[call]?.slice(0, size) ?? ''));
          left[call] = left[call]?.slice(size) ?? '';
        }
        const expected = objects.map((object, call) => use(call, JSON.parse(JSON.stringify(object))));
        expect(contentOf([...events, END])).toEqual(expected);
      }),
    );
  });

  test('a text between them waits for its turn', () => {
    const events = [begin(0, '{"a"'), text('x'), tool(0, ':1}'), text('y'), begin(1, '{}'), END];
    expect(contentOf(events)).toMatchObject([use(0, { a: 1 }), { type: 'text', text: 'xy' }, use(1, {})]);
  });

  test.for([
    ['none', '', {}],
    ['null', 'null', {}],
    ['no object', 'Oslo', { _arguments: 'Oslo' }],
    ['an object and more', '{"a":1}}', { a: 1 }],
    ['white space first', ' \n{"a":1}', { a: 1 }],
  ] as const)('arguments: %s', ([, said, input]) => {
    const pieces = [...said].map((character) => tool(0, character));
    expect(contentOf([begin(0), ...pieces, begin(1, '{}'), END])).toEqual([use(0, input), use(1, {})]);
  });

  test('arguments that were cut off stay cut off', () => {
    const events = stream([begin(0, '{"a":"b'), { ...END, finishReason: 'length' }]);
    expect(events.flatMap(({ delta }) => delta?.partial_json ?? [])).toEqual(['{"a":"b']);
    expect(events.at(-2)?.delta).toMatchObject({ stop_reason: 'max_tokens' });
  });

  test('without an id, and with a name that comes late or never', () => {
    const late = [tool(0, '{"a"'), tool(0, ':1}', { name: 'f' }), tool(1, '{}')];
    expect(contentOf(late)).toEqual([
      { type: 'tool_use', id: 'toolu_rcp_1_0', name: 'f', input: { a: 1 } },
      { type: 'tool_use', id: 'toolu_rcp_1_1', name: '', input: {} },
    ]);
  });

  test('a signature stands before its call, or in its id where nobody asked for thoughts', () => {
    const signature = { wire: 'google', value: 'g' };
    const signed = [tool(0, '{}', { id: 'c0', name: 'f0', signature })];
    const [seal, call] = contentOf(signed, THINKING);
    expect(unsealSignature(seal?.signature ?? '')).toEqual({ ...signature, call: 'c0' });
    expect(call).toEqual(use(0, {}));
    const [only, ...more] = contentOf(signed, {});
    expect(only).toMatchObject({ ...use(0, {}), id: expect.any(String) });
    expect(unsealCallId(only?.id ?? '')).toEqual({ id: 'c0', signature });
    expect(more).toEqual([]);
  });
});

describe('a stream of this wire', () => {
  const bytes = Buffer.from('event: message_start\ndata: {}\n\n');
  const closing = Buffer.from('event: message_stop\ndata: {"type":"message_stop","x":1}\n\n');

  test('goes through as it is, its closing frame too', () => {
    const voice = speak({ stream: true });
    expect(voice.renderFrame({ raw: { wire: 'anthropic', bytes }, events: [START] }, HEAD)).toBe(bytes);
    expect(voice.renderFrame({ events: [{ type: 'closed', raw: { wire: 'anthropic', bytes: closing } }] }, HEAD)).toBe(
      '',
    );
    expect(voice.renderEnd(USAGE, HEAD)).toBe('');
    expect(voice.closingFrame()).toBe(closing);
  });

  test('another wire is rendered, and closed in our own words', () => {
    const voice = speak({ stream: true });
    expect(voice.renderFrame({ raw: { wire: 'openai', bytes }, events: [START] }, HEAD)).toContain('msg_rcp_1');
    expect(voice.closingFrame()).toBe('event: message_stop\ndata: {"type":"message_stop"}\n\n');
  });
});

test('an error frame', () => {
  const frame = speak().renderErrorFrame(new AppError('upstream_timeout', { message: 'late' }));
  expect(frame).toBe(
    'event: error\ndata: {"type":"error","error":{"type":"timeout_error","message":"late",' +
      '"details":{"error_code":"upstream_timeout"}},"request_id":"req_1"}\n\n',
  );
});
