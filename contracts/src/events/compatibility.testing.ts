/** Guards the schemas of events: what was written yesterday must be readable today (BACKWARD compatibility). */
import { createHash } from 'node:crypto';
import type { EventDefinition } from './catalogue.ts';

/** One revision as it was when it was first committed. */
export interface LockedRevision {
  sha256: string;
  schema: Schema;
}

/** Event type → revision → what it was. */
export type Lock = Readonly<Record<string, Readonly<Record<string, LockedRevision>>>>;

/** The part of JSON Schema that event data uses. */
export interface Schema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  pattern?: string;
  properties?: Readonly<Record<string, Schema>>;
  patternProperties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: unknown;
}

/** Lower-case hex SHA-256 of the schema with its keys in order. */
export function hashSchema(schema: Schema): string {
  return createHash('sha256').update(stringify(schema)).digest('hex');
}

/** What is wrong with a catalogue against what was committed: one sentence each. */
export function findLockFaults(catalogue: Readonly<Record<string, EventDefinition>>, lock: Lock): string[] {
  const gone = Object.keys(lock).filter((type) => !Object.hasOwn(catalogue, type));
  return [
    ...gone.map((type) => `${type}: was emitted once and must stay readable`),
    ...Object.entries(catalogue).flatMap(([type, definition]) => checkEvent(type, definition, lock[type] ?? {})),
  ];
}

function checkEvent(type: string, definition: EventDefinition, locked: Lock[string]): string[] {
  const { revision, upcasters = {} } = definition;
  const now = toSchema(definition);
  const current = locked[revision];
  if (current === undefined) return [`${type}: revision ${revision} is not locked (${hashSchema(now)})`];
  if (current.sha256 !== hashSchema(current.schema)) return [`${type}: the lock itself was changed by hand`];
  if (current.sha256 !== hashSchema(now)) {
    return [
      `${type}: the schema differs from revision ${revision} as it was committed; make it revision ${revision + 1}`,
    ];
  }
  return Object.entries(locked).flatMap(([number, { schema }]) => {
    const earlier = Number(number);
    if (earlier > revision) return [`${type}: revision ${earlier} was committed already`];
    if (earlier === revision || hasPath(upcasters, earlier, revision)) return [];
    return findBreaks(schema, now, 'data').map(
      (what) => `${type}: revision ${revision} cannot read ${earlier}: ${what}`,
    );
  });
}

export function toSchema(definition: EventDefinition): Schema {
  return JSON.parse(JSON.stringify(definition.data)) as Schema;
}

function hasPath(upcasters: NonNullable<EventDefinition['upcasters']>, from: number, to: number): boolean {
  return Array.from({ length: to - from }, (_, step) => upcasters[from + step]).every((step) => step !== undefined);
}

/** Where values of `before` may not fit `after`. Knows no more of JSON Schema than events use, and refuses the rest. */
function findBreaks(before: Schema, after: Schema, path: string): string[] {
  if (stringify(before) === stringify(after)) return [];
  if (Object.keys(after).length === 0) return [];
  if (before.anyOf !== undefined) return before.anyOf.flatMap((branch) => findBreaks(branch, after, path));
  if (after.anyOf !== undefined) {
    const reads = after.anyOf.some((branch) => findBreaks(before, branch, path).length === 0);
    return reads ? [] : [`${path} takes no ${before.type ?? 'such value'} any more`];
  }
  const values = before.enum ?? (before.const === undefined ? undefined : [before.const]);
  const allowed = after.enum ?? (after.const === undefined ? undefined : [after.const]);
  if (allowed !== undefined) {
    const lost = values?.filter((value) => !allowed.includes(value)) ?? ['other values'];
    return lost.map((value) => `${path} takes no ${JSON.stringify(value)} any more`);
  }
  if (before.type !== after.type && !(before.type === 'integer' && after.type === 'number')) {
    return [`${path} was ${before.type ?? 'anything'} and is ${after.type ?? 'something else'}`];
  }
  if (after.pattern !== undefined && after.pattern !== before.pattern) return [`${path} has another pattern`];
  if (after.items !== undefined) return findBreaks(before.items ?? {}, after.items, `${path}[]`);
  return findFieldBreaks(before, after, path);
}

function findFieldBreaks(before: Schema, after: Schema, path: string): string[] {
  const had = before.properties ?? {};
  const wanted = (after.required ?? []).filter((name) => !(before.required ?? []).includes(name));
  const changed = Object.entries(after.properties ?? {}).flatMap(([name, schema]) =>
    had[name] === undefined ? [] : findBreaks(had[name], schema, `${path}.${name}`),
  );
  const shut =
    after.additionalProperties === false
      ? Object.keys(had).filter((name) => after.properties?.[name] === undefined)
      : [];
  const records = Object.entries(after.patternProperties ?? {}).flatMap(([pattern, schema]) =>
    findBreaks(before.patternProperties?.[pattern] ?? {}, schema, `${path}.*`),
  );
  return [
    ...wanted.map((name) => `${path}.${name} is required and was not`),
    ...shut.map((name) => `${path}.${name} is refused and was not`),
    ...changed,
    ...records,
  ];
}

function stringify(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
