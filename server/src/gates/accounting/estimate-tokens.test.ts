import type { Call, Part } from '@reeve/contracts';
import { expect, it } from 'vitest';
import { boundTokens } from './estimate-tokens.ts';

const prompt = (turn: number): Part => ({ type: 'text', turn, role: 'user', text: 'a' });
const ids = (value: unknown): Part => ({ type: 'other', turn: 0, role: 'user', name: 'token_ids', value });

const bound = (changes: Partial<Call>): number =>
  boundTokens(
    {
      kind: 'completion',
      wire: 'openai',
      model: 'm',
      stream: false,
      parts: [prompt(0)],
      params: { maxOutputTokens: 10 },
      extensions: {},
      ...changes,
    },
    1,
    null,
  ).outputTokens;

it.each([
  [{}, 10],
  [{ params: { maxOutputTokens: 10, choices: 3 } }, 30],
  [{ parts: [prompt(0), prompt(1)], params: { maxOutputTokens: 10, choices: 3 } }, 60],
  [{ extensions: { best_of: 5 } }, 50],
  [{ extensions: { best_of: 'many' } }, 10],
  [{ parts: [ids([1, 2, 3])] }, 10],
  [{ parts: [ids([[1], [2], [3]])] }, 30],
  [{ kind: 'chat' as const, parts: [prompt(0), prompt(1)], extensions: { best_of: 5 } }, 10],
  [{ kind: 'rerank' as const }, 0],
])('a call with %j writes at most %d tokens', (changes, tokens) => {
  expect(bound(changes)).toBe(tokens);
});
