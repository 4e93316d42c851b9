import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonBody } from './read-body.ts';

/** Names of every script, with quotes and backslashes among them. */
const NAMES_AND_VALUES = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

const read = (text: string) => readJsonBody(Buffer.from(text));

const manyNames = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"${at}":0`).join(',')}}`;

describe('readJsonBody', () => {
  it('finds the span of every top-level value, whatever the values are', () => {
    fc.assert(
      fc.property(NAMES_AND_VALUES, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const { bytes, fields } = read(JSON.stringify(value, null, indent));
        expect([...fields.keys()].toSorted()).toEqual(Object.keys(JSON.parse(JSON.stringify(value))).toSorted());
        for (const [name, span] of fields) {
          expect(JSON.parse(bytes.toString('utf8', span.start, span.end))).toEqual(
            JSON.parse(JSON.stringify(value))[name],
          );
        }
      }),
    );
  });

  it.each([
    ['{"model":"a","model":"b"}', 'duplicate_field'],
    ['{"model":"a","mod\\u0065l":"b"}', 'duplicate_field'],
    ['{"stream":true,"x":{"stream":1},"stream":false}', 'duplicate_field'],
    ['{"max_tokens":5,"max_tokens":5000}', 'duplicate_field'],
    ['{"max_completion_tokens":5,"max_completion_tokens":5000}', 'duplicate_field'],
    ['{"max_output_tokens":5,"max_output_tokens":5000}', 'duplicate_field'],
    ['{"n":1,"n":128}', 'duplicate_field'],
    ['{"a":', 'malformed_json'],
    ['', 'malformed_json'],
    ['[1]', 'invalid_request'],
    ['"text"', 'invalid_request'],
    [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'nesting_too_deep'],
    [`${'['.repeat(100_000)}`, 'nesting_too_deep'],
    [manyNames(100_001), 'invalid_request'],
    [`{"messages":[${manyNames(100_000)}]}`, 'invalid_request'],
  ])('refuses %.60s', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  it('takes as many names as it says', () => {
    expect(read(manyNames(100_000)).fields.size).toBe(100_000);
  });

  it('refuses what is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(() => readJsonBody(bytes)).toThrow(expect.objectContaining({ code: 'invalid_utf8' }));
  });

  it('never loses a duplicate: what parses once has each single field once', () => {
    const field = fc.constantFrom('model', 'stream', 'other');
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (names) => {
        const text = `{${names.map((name, index) => `"${name}":${index}`).join(',')}}`;
        const single = names.filter((name) => name !== 'other');
        const doubled = new Set(single).size !== single.length;
        if (doubled) expect(() => read(text)).toThrow();
        else expect(read(text).fields.size).toBe(new Set(names).size);
      }),
    );
  });
});
