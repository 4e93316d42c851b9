import type { ReasoningParams } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../claude-models.ts';
import { toThinking } from './thinking.ts';

const ask = (reasoning: ReasoningParams | undefined, modelId: string, maxTokens = 64_000) =>
  toThinking(reasoning, describeModel(modelId), maxTokens);
const budget = (tokens: number) => ({ thinking: { type: 'enabled', budget_tokens: tokens } });

describe('thinking', () => {
  it.each<[ReasoningParams, number, number]>([
    [{ effort: 'minimal' }, 64_000, 1_024],
    [{ effort: 'low' }, 64_000, 2_048],
    [{ effort: 'medium' }, 64_000, 8_192],
    [{ effort: 'high' }, 64_000, 16_384],
    [{ effort: 'xhigh' }, 64_000, 32_768],
    [{ effort: 'max' }, 64_000, 51_200],
    [{ effort: 'high' }, 10_000, 8_000],
    [{ effort: 'high' }, 1_025, 1_024],
    [{ budgetTokens: 5_000 }, 64_000, 5_000],
    [{ effort: 'low', budgetTokens: 5_000 }, 64_000, 5_000],
    [{ visible: true }, 64_000, 8_192],
  ])('spends for %j of %d tokens a budget of %d', (reasoning, maxTokens, expected) => {
    expect(ask(reasoning, 'claude-sonnet-4-5', maxTokens)).toEqual(budget(expected));
  });

  it.each<[ReasoningParams, object]>([
    [{ effort: 'minimal' }, { thinking: { type: 'adaptive' }, effort: 'low' }],
    [
      { effort: 'high', visible: true },
      { thinking: { type: 'adaptive', display: 'summarized' }, effort: 'high' },
    ],
    [
      { effort: 'max', visible: false },
      { thinking: { type: 'adaptive', display: 'omitted' }, effort: 'max' },
    ],
    [{}, { thinking: { type: 'adaptive' } }],
  ])('asks an adaptive model for %j', (reasoning, expected) => {
    expect(ask(reasoning, 'claude-opus-4-7')).toEqual(expected);
  });

  it('asks for xhigh only where it is known, and gives a budget to the one adaptive family that takes it', () => {
    expect(ask({ effort: 'xhigh' }, 'claude-opus-4-7')).toMatchObject({ effort: 'xhigh' });
    expect(ask({ effort: 'xhigh' }, 'claude-opus-4-6')).toMatchObject({ effort: 'high' });
    expect(ask({ effort: 'low', budgetTokens: 3_000 }, 'claude-opus-4-6')).toEqual(budget(3_000));
  });

  it('turns thinking off only where it is on by default', () => {
    expect(ask({ effort: 'none' }, 'claude-sonnet-5')).toEqual({ thinking: { type: 'disabled' } });
    expect(ask({ effort: 'none' }, 'claude-opus-4-7')).toEqual({});
    expect(ask(undefined, 'claude-sonnet-5')).toEqual({});
  });
});
