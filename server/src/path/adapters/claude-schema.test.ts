import { expect, it } from 'vitest';
import { toClaudeSchema } from './claude-schema.ts';

it('moves bounds that Claude refuses into the description, at every depth', () => {
  const schema = {
    type: 'object',
    properties: {
      age: { type: 'integer', description: 'In years.', minimum: 0, maximum: 150 },
      names: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', minLength: 2, pattern: '^[A-Z]' } },
      minimum: { anyOf: [{ type: 'object', properties: {} }, { $ref: '#/$defs/free' }] },
    },
    required: ['age'],
    $defs: { free: { type: 'object', additionalProperties: { type: 'number', multipleOf: 2 } } },
  };
  expect(toClaudeSchema(schema)).toEqual({
    type: 'object',
    additionalProperties: false,
    properties: {
      age: { type: 'integer', description: 'In years. (minimum: 0, maximum: 150)' },
      names: {
        type: 'array',
        minItems: 1,
        description: '(maxItems: 3)',
        items: { type: 'string', pattern: '^[A-Z]', description: '(minLength: 2)' },
      },
      minimum: { anyOf: [{ type: 'object', properties: {}, additionalProperties: false }, { $ref: '#/$defs/free' }] },
    },
    required: ['age'],
    // What the caller says of further properties stands, for Claude to refuse.
    $defs: { free: { type: 'object', additionalProperties: { type: 'number', multipleOf: 2 } } },
  });
});

it('leaves a schema as it is that Claude takes', () => {
  const schema = { type: 'object', properties: { a: { enum: ['x', null] } }, additionalProperties: false };
  expect(toClaudeSchema(schema)).toEqual(schema);
  expect(toClaudeSchema({ type: 'array', minItems: 2 })).toEqual({ type: 'array', description: '(minItems: 2)' });
});
