/** Says in plain English what a schema has against a value: one sentence for each place. */
import { fieldOf } from './field-of.ts';

export interface Fault {
  /** Where, as people write it: `messages[0].role`; empty for the whole value. */
  path: string;
  message: string;
}

/** What the schema library finds. */
export interface RawFault {
  keyword: string;
  /** JSON Pointer into the value. */
  instancePath: string;
  /** JSON Pointer into the schema; the branches of a union differ in it. */
  schemaPath: string;
  message: string;
  params: object;
}

/** One fault per place: where a union fails, what its branches say is gathered into one sentence. */
export function describeFaults(raw: readonly RawFault[]): Fault[] {
  const places = new Map<string, Map<string, string[]>>();
  for (const fault of raw) {
    if (fault.keyword === 'anyOf' || fault.keyword === 'boolean') continue;
    for (const [path, message] of locate(fault)) {
      const branches = places.get(path) ?? new Map<string, string[]>();
      // A constant comes after its type, and says that too.
      const said = fault.keyword === 'const' ? [] : (branches.get(fault.schemaPath) ?? []);
      branches.set(fault.schemaPath, [...said, message]);
      places.set(path, branches);
    }
  }
  return [...places].map(([path, branches]) => {
    const wants = [...branches.values()].map((messages) => join(messages, 'conjunction'));
    return { path, message: join([...new Set(wants)], 'disjunction') };
  });
}

/** Faults of a value that stands at `place` of a larger one. */
export function placeFaults(place: string, faults: readonly Fault[]): Fault[] {
  return faults.map(({ path, message }) => {
    const isInside = path === '' || path.startsWith('[');
    return { path: isInside ? place + path : joinPath(place, path), message };
  });
}

function locate(fault: RawFault): [path: string, message: string][] {
  const base = toFieldPath(fault.instancePath);
  const named = fieldOf(fault.params, 'requiredProperties');
  if (Array.isArray(named)) return named.map((name) => [joinPath(base, String(name)), 'is required']);
  const extra = fieldOf(fault.params, 'additionalProperties');
  if (Array.isArray(extra)) return extra.map((name) => [joinPath(base, String(name)), 'is not known here']);
  return [[base, describe(fault)]];
}

function describe({ keyword, params, message }: RawFault): string {
  const limit = Number(fieldOf(params, 'limit'));
  switch (keyword) {
    case 'type':
      return `must be ${describeType(fieldOf(params, 'type'))}`;
    case 'const':
      return `must be ${JSON.stringify(fieldOf(params, 'allowedValue'))}`;
    case 'enum':
      return describeChoice(fieldOf(params, 'allowedValues'), message);
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'minItems':
      return `must have at least ${count(limit, 'item')}`;
    case 'maxItems':
      return `must have at most ${count(limit, 'item')}`;
    case 'minLength':
      return `must have at least ${count(limit, 'character')}`;
    case 'maxLength':
      return `must have at most ${count(limit, 'character')}`;
    case 'uniqueItems':
      return 'must not have the same item twice';
    default:
      return message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function describeType(type: unknown): string {
  return TYPES[String(type)] ?? String(type);
}

function describeChoice(allowed: unknown, otherwise: string): string {
  if (!Array.isArray(allowed)) return otherwise;
  return join(
    allowed.map((value) => `must be ${JSON.stringify(value)}`),
    'disjunction',
  );
}

function count(limit: number, unit: string): string {
  return `${limit} ${unit}${limit === 1 ? '' : 's'}`;
}

/** `must be a number`, `must be null` → `must be a number or null`: what all begin with is said once. */
function join(messages: readonly string[], type: 'conjunction' | 'disjunction'): string {
  const lead = ['must be ', 'must '].find((start) => messages.every((message) => message.startsWith(start))) ?? '';
  return lead + new Intl.ListFormat('en-GB', { type }).format(messages.map((message) => message.slice(lead.length)));
}

/** `name` within the value at `base`. */
export function joinPath(base: string, name: string): string {
  return base === '' ? name : `${base}.${name}`;
}

/** `/messages/0/role` → `messages[0].role` (JSON Pointer, RFC 6901). */
function toFieldPath(pointer: string): string {
  let path = '';
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path = /^\d+$/.test(name) ? `${path}[${name}]` : joinPath(path, name);
  }
  return path;
}
