import { describe, expect, it } from 'vitest';
import { givenStop, givenTools } from './read-fields.ts';

describe('what counts as not given', () => {
  it.each([[null], [undefined], [[]]])('nothing to stop at: %j', (stop) => {
    expect(givenStop(stop)).toBeNull();
  });

  it('a choice and its limits where there is no tool, unless it forces a call', () => {
    const none = { offered: 0, tools: [], parallel: false };
    expect(givenTools({ ...none, choice: 'auto' })).toEqual({});
    expect(givenTools({ ...none, choice: 'none' })).toEqual({});
    expect(givenTools({ ...none, choice: 'required' })).toEqual({ toolChoice: 'required' });
    expect(givenTools({ ...none, choice: { name: 'f' } })).toEqual({ toolChoice: { name: 'f' } });
  });
});

it('one sequence may stand alone', () => {
  expect(givenStop('x')).toEqual({ stop: ['x'] });
  expect(givenStop(['x', 'y'])).toEqual({ stop: ['x', 'y'] });
});

it('tools keep what is said of them, also where the call models none of them', () => {
  const tools = [{ name: 'f' }];
  const said = { choice: 'none', parallel: false } as const;
  expect(givenTools({ offered: 1, tools, ...said })).toEqual({ tools, toolChoice: 'none', parallelToolCalls: false });
  expect(givenTools({ offered: 1, tools: [], ...said })).toEqual({ toolChoice: 'none', parallelToolCalls: false });
});
