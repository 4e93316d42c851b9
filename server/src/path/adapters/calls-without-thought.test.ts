import type { Part } from '@reeve/contracts';
import { expect, it } from 'vitest';
import { callsWithoutThought } from './calls-without-thought.ts';

const said = { turn: 1, role: 'assistant' } as const;
const question: Part = { turn: 0, role: 'user', type: 'text', text: 'Weather?' };
const call: Part = { ...said, type: 'tool-call', id: 'c', name: 'look', arguments: '{}' };
const result: Part = { turn: 2, role: 'tool', type: 'tool-result', id: 'c', content: [{ type: 'text', text: '3' }] };
const thought = (wire: string): Part => ({ ...said, type: 'reasoning', text: 'Hm.', signature: { wire, value: 's' } });
const answer: Part = { turn: 3, role: 'assistant', type: 'text', text: 'Cold.' };

it.each<[boolean, string, readonly Part[]]>([
  [true, 'a bare call', [question, call, result]],
  [true, 'the thought of another wire', [question, thought('google'), call, result]],
  [true, 'an unsigned thought', [question, { ...said, type: 'reasoning', text: 'Hm.' }, call, result]],
  [true, 'words first', [question, { ...said, type: 'text', text: 'I look.' }, thought('own'), call, result]],
  [false, 'its own thought', [question, thought('own'), call, result]],
  [false, 'a turn that is over', [question, call, result, answer, { ...question, turn: 4 }]],
  [false, 'no turn of the model', [question]],
])('is %s for %s', (expected, _name, parts) => {
  expect(callsWithoutThought(parts, 'own')).toBe(expected);
});
