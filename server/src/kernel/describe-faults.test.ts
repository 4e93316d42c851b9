import Type, { type TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { placeFaults } from './describe-faults.ts';
import { createChecker } from './validate.ts';

const says = (schema: TSchema, value: unknown): string[] =>
  createChecker(schema)
    .faults(value)
    .map(({ path, message }) => `${path} ${message}`.trim());

const Strict = Type.Object({ a: Type.String() }, { additionalProperties: false });

describe('what is said of a value that does not fit', () => {
  it.each<[TSchema, unknown, string]>([
    [Type.String(), 1, 'must be a string'],
    [Type.Array(Type.String()), 1, 'must be a list'],
    [Strict, 1, 'must be an object'],
    [Type.Number(), 'x', 'must be a number'],
    [Type.Integer({ minimum: 0 }), -1.5, 'must be a whole number and at least 0'],
    [Type.Boolean(), 'yes', 'must be true or false'],
    [Type.Null(), 1, 'must be null'],
    [Type.Literal('a'), 1, 'must be "a"'],
    [Type.Enum(['a', 'b', 'c']), 'd', 'must be "a", "b" or "c"'],
    [Type.Union([Type.Literal('a'), Type.Literal('b')]), 'c', 'must be "a" or "b"'],
    [Type.Union([Type.Number({ maximum: 2 }), Type.Null()]), 'x', 'must be a number or null'],
    [Type.Union([Type.Number({ maximum: 2 }), Type.Null()]), 3, 'must be at most 2 or null'],
    [Type.Number({ exclusiveMinimum: 0 }), 0, 'must be more than 0'],
    [Type.Number({ exclusiveMaximum: 1 }), 1, 'must be less than 1'],
    [Type.Array(Type.String(), { minItems: 1 }), [], 'must have at least 1 item'],
    [Type.Array(Type.String(), { maxItems: 2 }), ['a', 'b', 'c'], 'must have at most 2 items'],
    [Type.Array(Type.String(), { uniqueItems: true }), ['a', 'a'], 'must not have the same item twice'],
    [Type.String({ minLength: 3 }), 'x', 'must have at least 3 characters'],
    [Type.String({ maxLength: 1 }), 'xy', 'must have at most 1 character'],
    [
      Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })]),
      [],
      'must be a string or have at least 1 item',
    ],
  ])('%j and %j: %s', (schema, value, expected) => {
    expect(says(schema, value)).toEqual([expected]);
  });

  it('names each place once, as people write it', () => {
    const Messages = Type.Object({ messages: Type.Array(Strict) });
    expect(says(Messages, { messages: [{ b: 1 }, { a: 2 }] })).toEqual([
      'messages[0].a is required',
      'messages[0].b is not known here',
      'messages[1].a must be a string',
    ]);
  });

  it('places the faults of a part into the whole', () => {
    const faults = ['', '[1]', 'name'].map((path) => ({ path, message: 'is wrong' }));
    expect(placeFaults('models.a', faults).map(({ path }) => path)).toEqual([
      'models.a',
      'models.a[1]',
      'models.a.name',
    ]);
  });
});
