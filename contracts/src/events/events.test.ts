import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { EVENTS, findEvent, toSubject, upcast, type EventDefinition } from './catalogue.ts';
import { revisionOf, toDataSchema } from './cloud-event.ts';
import { findLockFaults, hashSchema, toSchema, type Lock } from './compatibility.testing.ts';

const lock = JSON.parse(readFileSync(join(import.meta.dirname, 'event-hashes.json'), 'utf8')) as Lock;

describe('the catalogue of events', () => {
  it('has the schemas that are committed, and reads every earlier one', () => {
    expect(findLockFaults(EVENTS, lock)).toEqual([]);
  });

  it.each(Object.entries(EVENTS))('%s names its version where a room owns it', (type, { room, subject }) => {
    if (room === '*') expect(subject).toMatch(/^[a-z]+(\.[a-z]+)?(\.\{[a-z]+\})+$/);
    else expect(type).toMatch(new RegExp(`^${room}\\.[a-z]+(-[a-z]+)*\\.v\\d+$`));
  });

  it('knows nothing of types of other versions', () => {
    expect(findEvent('identity.key-created.v99')).toBeNull();
    expect(findEvent('toString')).toBeNull();
  });
});

/** A catalogue of one event, and its lock. */
const before = Type.Object({ id: Type.String(), size: Type.Optional(Type.Integer()) });
const define = (
  data: EventDefinition['data'],
  rest: Partial<EventDefinition> = {},
): Record<string, EventDefinition> => ({
  'shop.sold.v1': { room: 'shop', subject: 'shop.sold.v1', revision: 1, data, ...rest },
});
const locked = (...revisions: EventDefinition['data'][]): Lock => ({
  'shop.sold.v1': Object.fromEntries(
    revisions.map((data, index) => {
      const schema = toSchema({ room: 'shop', subject: '', revision: 1, data });
      return [index + 1, { sha256: hashSchema(schema), schema }];
    }),
  ),
});

describe('faults in the guard of compatibility are found', () => {
  const changes: [what: string, after: EventDefinition['data'], says: string][] = [
    ['a field more that is required', Type.Object({ ...before.properties, by: Type.String() }), 'data.by is required'],
    ['another type', Type.Object({ ...before.properties, id: Type.Integer() }), 'data.id was string'],
    [
      'an optional field made required',
      Type.Object({ ...before.properties, size: Type.Integer() }),
      'data.size is required',
    ],
    ['values taken away', Type.Object({ id: Type.Enum(['a']) }), 'takes no "other values"'],
    ['a narrower pattern', Type.Object({ id: Type.String({ pattern: '^a' }) }), 'another pattern'],
    ['a field refused', Type.Object({ id: Type.String() }, { additionalProperties: false }), 'data.size is refused'],
  ];
  it.each(changes)('%s', (_what, after, says) => {
    const faults = findLockFaults(define(after, { revision: 2 }), locked(before, after));
    expect(faults).toEqual([expect.stringContaining(says)]);
  });

  it('a changed schema under the same revision', () => {
    const after = Type.Object({ ...before.properties, note: Type.Optional(Type.String()) });
    expect(findLockFaults(define(after), locked(before))).toEqual([expect.stringContaining('make it revision 2')]);
  });

  it('an event that is gone', () => {
    expect(findLockFaults({}, locked(before))).toEqual([expect.stringContaining('must stay readable')]);
  });

  it('a lock changed by hand', () => {
    const forged = structuredClone(locked(before));
    Object.assign(forged['shop.sold.v1']?.['1'] ?? {}, { sha256: 'f'.repeat(64) });
    expect(findLockFaults(define(before), forged)).toEqual([expect.stringContaining('by hand')]);
  });
});

describe('compatible changes', () => {
  const changes: [what: string, after: EventDefinition['data']][] = [
    ['an optional field more', Type.Object({ ...before.properties, note: Type.Optional(Type.String()) })],
    ['a field less', Type.Object({ id: Type.String() })],
    ['a wider type', Type.Object({ id: Type.Union([Type.String(), Type.Null()]), size: Type.Optional(Type.Number()) })],
  ];
  it.each(changes)('pass: %s', (_what, after) => {
    expect(findLockFaults(define(after, { revision: 2 }), locked(before, after))).toEqual([]);
  });

  it('pass: a breaking one with an up-caster', () => {
    const after = Type.Object({ id: Type.String(), size: Type.Integer() });
    const upcasters = { 1: (data: unknown) => ({ size: 0, ...Object(data) }) };
    const definition = define(after, { revision: 2, upcasters });
    expect(findLockFaults(definition, locked(before, after))).toEqual([]);
  });
});

describe('older data', () => {
  const definition: EventDefinition = {
    room: 'shop',
    subject: 'shop.sold.v1',
    revision: 3,
    data: Type.Unknown(),
    upcasters: { 1: (data) => ({ size: 0, ...Object(data) }), 2: (data) => ({ ...Object(data), unit: 'kg' }) },
  };
  it('takes every step to the newest revision', () => {
    expect(upcast(definition, 1, { id: 'a' })).toEqual({ id: 'a', size: 0, unit: 'kg' });
    expect(upcast(definition, 2, { id: 'a', size: 2 })).toEqual({ id: 'a', size: 2, unit: 'kg' });
  });
  it('of a later revision passes as it is', () => expect(upcast(definition, 4, { id: 'a' })).toEqual({ id: 'a' }));
  it('says its revision in the envelope', () => {
    expect(revisionOf({ dataschema: toDataSchema('shop.sold.v1', 3) })).toBe(3);
    expect(revisionOf({ dataschema: 'https://example.org/other' })).toBe(1);
  });
});

describe('subjects', () => {
  it('take their fields from the data', () => {
    expect(toSubject(EVENTS['ops.alert'], { severity: 'critical' })).toBe('ops.alert.critical');
    expect(toSubject(EVENTS['audit'], { service: 'bus', action: 'replayed' })).toBe('audit.bus.replayed');
  });
  it.each(['a.b', '', '>', 'a b', undefined])('refuse %j as a token', (severity) => {
    expect(() => toSubject(EVENTS['ops.alert'], { severity })).toThrow('takes no');
  });
});
