import { describe, expect, it } from 'vitest';
import { describeModel, findSamplerFault, fitSamplers } from './claude-models.ts';

describe('claude-models', () => {
  it.each([
    ['claude-3-haiku-20240307', 4_096],
    ['claude-3-opus-20240229', 4_096],
    ['claude-2.1', 4_096],
    ['claude-instant-1.2', 4_096],
    ['claude-3-5-sonnet-20241022', 8_192],
    ['claude-3-7-sonnet-20250219', 64_000],
    ['claude-opus-4-20250514', 32_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['claude-sonnet-4-20250514', 64_000],
    ['claude-sonnet-4-5', 64_000],
    ['claude-opus-4-5-20251101', 64_000],
    ['claude-haiku-4-5@20251001', 64_000],
    ['claude-opus-4-6', 128_000],
    ['claude-sonnet-5', 128_000],
    ['claude-haiku-5-5', 128_000],
    ['claude-next', 128_000],
    ['glm-4.6', 4_096],
  ])('lets %s write %d tokens', (modelId, most) => {
    expect(describeModel(modelId).maxOutputTokens).toBe(most);
  });

  it.each([
    ['claude-3-5-haiku-20241022', 'none'],
    ['claude-3-7-sonnet-20250219', 'budget'],
    ['claude-opus-4-5-20251101', 'budget'],
    ['claude-sonnet-4-6', 'adaptive'],
    ['claude-opus-5-5', 'adaptive'],
    ['kimi-k2', 'budget'],
  ])('asks %s to think by %s', (modelId, thinking) => {
    expect(describeModel(modelId).thinking).toBe(thinking);
  });

  it('knows from which version on sampling and budgets are gone', () => {
    expect(describeModel('claude-opus-4-6')).toMatchObject({
      samplers: 'one',
      takesBudget: true,
      takesXhigh: false,
    });
    expect(describeModel('claude-opus-4-7')).toMatchObject({
      samplers: 'none',
      takesBudget: false,
      takesXhigh: true,
    });
    expect(describeModel('claude-opus-4-8').thinksByDefault).toBe(false);
    expect(describeModel('claude-sonnet-5').thinksByDefault).toBe(true);
    expect(describeModel('claude-opus-4-1-20250805').takesSchema).toBe(false);
    expect(describeModel('claude-opus-4-5').takesSchema).toBe(true);
  });

  it.each([
    ['claude-sonnet-4-20250514', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5, topP: 0.9 }],
    ['claude-opus-4-1-20250805', { temperature: 0.5, topP: 1 }, { temperature: 0.5 }],
    ['claude-sonnet-4-5', { temperature: 1, topP: 0.9 }, { topP: 0.9 }],
    ['claude-sonnet-4-5', { temperature: 0.5 }, { temperature: 0.5 }],
    ['claude-opus-4-6', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }],
    ['claude-opus-4-7', { temperature: 1, topP: 1 }, {}],
    ['claude-opus-4-7', { temperature: 0.5 }, /temperature but 1/],
    ['claude-opus-4-7', { topP: 0.9 }, /top_p but 1/],
    ['claude-opus-4-7', { topK: 4 }, /no top_k/],
    ['kimi-k2', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5, topP: 0.9 }],
  ])('lets %s hear of %j', (modelId, settings, expected) => {
    const traits = describeModel(modelId);
    if (expected instanceof RegExp) expect(findSamplerFault(settings, traits)).toMatch(expected);
    else expect([findSamplerFault(settings, traits), fitSamplers(settings, traits)]).toEqual([null, expected]);
  });
});
