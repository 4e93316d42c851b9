import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { ReceiptBodySchema, ReceiptSchema } from './receipt.ts';

interface Field {
  path: string;
  schema: { type?: string; const?: unknown; properties?: Record<string, TSchema>; items?: TSchema; anyOf?: TSchema[] };
}

/** Every schema inside a schema, with its path. */
function walk(schema: Field['schema'], path = ''): Field[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}).map(([name, field]): [string, TSchema] => [`${path}.${name}`, field]),
    ...(schema.anyOf ?? []).map((branch): [string, TSchema] => [path, branch]),
    ...(schema.items === undefined ? [] : [[`${path}[]`, schema.items] as [string, TSchema]]),
  ];
  return [{ path, schema }, ...inner.flatMap(([name, field]) => walk(field, name))];
}

describe('the hashed body of a receipt', () => {
  const fields = walk(ReceiptBodySchema);

  it('lists its fields in the order of the canonical form (RFC 8785)', () => {
    for (const { schema } of fields) {
      const keys = Object.keys(schema.properties ?? {});
      expect(keys).toEqual(keys.toSorted());
    }
  });

  it('holds whole numbers only', () => {
    expect(
      fields
        .filter(({ schema }) => schema.type === 'number' && !Number.isInteger(schema.const))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('holds no text of a call and nobody’s name', () => {
    const told = /user|email|name$|content|prompt(?!_hash$|$)|message|text/;
    const names = fields.flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
    expect(names.filter((name) => told.test(name))).toEqual([]);
  });

  it('is read back with hash, proof and tags beside it', () => {
    const beside = Object.keys(ReceiptSchema.properties).filter((name) => !(name in ReceiptBodySchema.properties));
    expect(beside.toSorted()).toEqual(['hash', 'proof', 'tags']);
  });
});
