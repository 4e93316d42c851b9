import { describe, expect, it } from 'vitest';
import { readModelId } from './read-model-id.ts';

describe('readModelId', () => {
  it.each(['..', '.', '', 'a/../b', 'a/./b', 'a//b', '/a', 'a/', '../../cachedContents', 'models/..'])(
    'refuses "%s"',
    (name) => {
      for (const adapter of ['google', 'kserve', 'azure', 'openai']) expect(readModelId({ adapter }, name)).toBeNull();
    },
  );

  it('takes names with slashes and dots as they are', () => {
    for (const name of ['org/model-1.5', 'a..b', '...', 'accounts/x/models/y', 'models/x']) {
      expect(readModelId({ adapter: 'openai' }, name)).toBe(name);
    }
  });

  it('knows one model of Google under both its names', () => {
    expect(readModelId({ adapter: 'google' }, 'models/gemini-3-pro')).toBe('gemini-3-pro');
    expect(readModelId({ adapter: 'google' }, 'tunedModels/mine')).toBe('tunedModels/mine');
  });
});
