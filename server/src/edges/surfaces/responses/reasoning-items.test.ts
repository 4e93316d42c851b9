/** Thoughts and signatures out to a client and back, as the one or the other client sends them. */
import type { AnswerEvent, AnswerPart, Part } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { AppError } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { responsesToCall } from './responses-to-call.ts';
import { END, outputOf, render, stream } from './voice.testing.ts';

type Item = Readonly<Record<string, unknown>> & { type: string; id: string };

const thought = { wire: 'anthropic', value: 's' };
const signature = { wire: 'google', value: 'g+/=' };
const SAID: readonly AnswerPart[] = [
  { index: 0, type: 'reasoning', text: 'hm', signature: thought },
  { index: 0, type: 'reasoning', text: '', hidden: true, signature: { ...thought, value: 'r' } },
  { index: 0, type: 'reasoning', text: 'nobody signed' },
  { index: 0, type: 'tool-call', id: 'c', name: 'f', arguments: '{}', signature },
  END,
];
/** A signature comes behind the words of its thought. */
const STREAMED: readonly AnswerEvent[] = [
  { type: 'reasoning-delta', index: 0, block: 0, text: 'hm' },
  { type: 'reasoning-delta', index: 0, block: 0, text: '', signature: thought },
  { type: 'reasoning-delta', index: 0, block: 1, text: '', hidden: true, signature: { ...thought, value: 'r' } },
  { type: 'reasoning-delta', index: 0, block: 2, text: 'nobody signed' },
  { type: 'tool-call-delta', index: 0, call: 0, id: 'c', name: 'f', arguments: '{}', signature },
  { type: 'end', index: 0, finishReason: 'tool-calls' },
];
const ANSWERS: readonly [string, (fields: object) => Item[]][] = [
  ['a whole answer', (fields) => render(SAID, fields).output],
  ['a stream', (fields) => outputOf(stream(STREAMED, fields))],
];
const THINKS = { reasoning: { effort: 'low' } };
const KEEPS = [{ store: false }, { include: ['reasoning.encrypted_content'] }];

/** As a client does that takes answers for stored: it refers to thoughts, and sends calls without their ids. */
const toReference = ({ id, ...item }: Item): object =>
  item.type === 'reasoning' ? { type: 'item_reference', id } : item;

const resultOf = (items: readonly Item[]): object => {
  const call = items.find(({ type }) => type === 'function_call');
  return { type: 'function_call_output', call_id: call?.['call_id'], output: '3' };
};

function partsOf(...input: object[]): readonly Part[] {
  return responsesToCall(readJsonBody(Buffer.from(JSON.stringify({ model: 'm', input })))).parts;
}

const idea = { turn: 0, role: 'assistant', type: 'reasoning' };
const SIGNED = [
  { ...idea, text: 'hm', signature: thought },
  { ...idea, text: '', hidden: true, signature: { ...thought, value: 'r' } },
];
const UNSIGNED = { ...idea, text: 'nobody signed' };
const CALL = { turn: 0, role: 'assistant', type: 'tool-call', id: 'c', name: 'f', arguments: '{}', signature };
const RESULT = { turn: 1, role: 'tool', type: 'tool-result', id: 'c', content: [{ type: 'text', text: '3' }] };

describe.each(ANSWERS)('%s', (_name, answer) => {
  test('comes back by its ids with all that was signed', () => {
    const items = answer(THINKS);
    expect(partsOf(...items.map(toReference), resultOf(items))).toEqual([...SIGNED, CALL, RESULT]);
  });

  test.each([THINKS, ...KEEPS])('comes back whole with all that was said, once, after %j', (fields) => {
    const items = answer(fields);
    const parts = partsOf(...items, resultOf(items));
    expect(parts).toHaveLength(5);
    expect(parts).toEqual(expect.arrayContaining([...SIGNED, UNSIGNED, CALL, RESULT]));
  });

  test('has no item without words that nobody asked for, and the call’s signature still comes back', () => {
    const items = answer({}).filter(({ id }) => !id.includes('reeve'));
    expect(items.map(({ type }) => type)).toEqual(['reasoning', 'reasoning', 'function_call']);
    expect(partsOf(...answer({}).map(toReference), resultOf(items))).toEqual([SIGNED[0], CALL, RESULT]);
  });

  test.each(KEEPS)('has short ids, and an item for a call’s signature, after %j', (fields) => {
    const items = answer(fields);
    expect(items.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((at) => expect.stringMatching(`^\\w+_rcp_1_${at}$`)));
    expect(items[3]).toMatchObject({ type: 'function_call', call_id: 'c' });
    expect(items[4]).toMatchObject({ type: 'reasoning', summary: [] });
  });
});

describe('references', () => {
  test('to thoughts that nothing is known of are left out', () => {
    const ids = ['rs_rcp_01m9z3abcdefghjkmnpqrstvwx_0', 'rs_68af', 'rs_reeve.', 'rs_reeve.%%%'];
    expect(partsOf({ role: 'user', content: 'q' }, ...ids.map((id) => ({ type: 'item_reference', id })))).toEqual([
      { turn: 0, role: 'user', type: 'text', text: 'q' },
    ]);
  });

  test.each(['msg_rcp_01m9z3abcdefghjkmnpqrstvwx_0', 'fc_1', 'x'])('to anything else are refused: %s', (id) => {
    const refused = (): unknown => partsOf({ role: 'user', content: 'q' }, { type: 'item_reference', id });
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        param: 'input[1]',
        message: expect.stringContaining('set "store" to false'),
      }),
    );
  });
});
