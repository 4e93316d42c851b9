import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentsOf, inputOf, watchObject } from './tool-input.ts';

describe('arguments and input', () => {
  test.for([
    ['{"city":"Oslo"}', { city: 'Oslo' }],
    [' {} ', {}],
    ['', {}],
    ['null', {}],
    ['{"city":', { _arguments: '{"city":' }],
    ['Oslo', { _arguments: 'Oslo' }],
    ['"Oslo"', { _arguments: '"Oslo"' }],
    ['[1]', { _arguments: '[1]' }],
  ] as const)('%s', ([text, input]) => {
    expect(inputOf(text)).toEqual(input);
  });

  test('what was wrapped comes out as it was; everything else as JSON', () => {
    expect(argumentsOf(inputOf('{"city":'))).toBe('{"city":');
    expect(argumentsOf({ city: 'Oslo' })).toBe('{"city":"Oslo"}');
    expect(argumentsOf(undefined)).toBe('{}');
    const looksWrapped = { _arguments: '{"a":1}' };
    expect(JSON.parse(argumentsOf(looksWrapped))).toEqual(looksWrapped);
    expect(JSON.parse(argumentsOf({ _arguments: 'x', b: 1 }))).toEqual({ _arguments: 'x', b: 1 });
  });
});

test('an object is whole at its last brace, however it is cut, and takes nothing behind it', () => {
  const cutting = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.nat(), { maxLength: 5 }));
  fc.assert(
    fc.property(cutting, ([object, places]) => {
      const text = JSON.stringify(object);
      const cuts = [0, ...places.map((place) => place % text.length), text.length].toSorted((a, b) => a - b);
      const watch = watchObject();
      let taken = '';
      for (const [at, cut] of cuts.slice(1).entries()) {
        const piece = text.slice(cuts[at], cut);
        taken += watch.take(piece);
        expect(watch.whole).toBe(cut === text.length);
      }
      expect(taken).toBe(text);
      expect(watch.take('} more')).toBe('');
    }),
  );
  expect(watchObject().take('{"a":"}"}}x')).toBe('{"a":"}"}');
});
