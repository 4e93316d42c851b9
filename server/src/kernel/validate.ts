import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from './app-error.ts';
import { describeFaults, type Fault, joinPath } from './describe-faults.ts';

export interface Checker<Schema extends TSchema> {
  /** The value, typed. Throws `AppError('invalid_request')` naming the first fault's field. */
  parse(value: unknown): Static<Schema>;
  /** Every fault, none when the value fits. */
  faults(value: unknown): Fault[];
}

/** Compiles a schema once; a check costs well under a microsecond for small values. */
export function createChecker<Schema extends TSchema>(schema: Schema): Checker<Schema> {
  const compiled = Compile(schema);
  const faults = (value: unknown): Fault[] => {
    if (compiled.Check(value)) return [];
    return countNodes(value) > NODES_MAX ? [TOO_LARGE] : describeFaults(compiled.Errors(value));
  };
  return {
    parse(value) {
      if (compiled.Check(value)) return value as Static<Schema>;
      const [first] = faults(value);
      throw new AppError('invalid_request', {
        message: first === undefined ? 'The value does not fit.' : sentence(first),
        ...(first?.path ? { param: first.path } : {}),
      });
    },
    faults,
  };
}

/** Saying what is wrong costs far more than finding that something is: in values beyond this nobody looks for it. */
const NODES_MAX = 10_000;
const TOO_LARGE: Fault = {
  path: '',
  message: `does not fit, and is too large (over ${NODES_MAX} values) to say where`,
};

/** How many values there are inside, counted no further than the bound. */
function countNodes(value: unknown): number {
  let count = 0;
  const waiting = [value];
  while (waiting.length > 0 && count <= NODES_MAX) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const key in next) {
      if ((count += 1) > NODES_MAX) break;
      if (Object.hasOwn(next, key)) waiting.push((next as Record<string, unknown>)[key]);
    }
  }
  return count;
}

/** JSON may write a NUL, and PostgreSQL takes it in no text: the pattern of a text that is stored or asked for there. */
export const NO_NUL = String.raw`^[^\x00]*$`;

/**
 * Where a value holds half a character (a lone surrogate, which JSON may write as an escape): the name of the field, `null`
 * where all is whole. No coding stores it, and PostgreSQL takes it in no JSON.
 */
export function findHalfCharacter(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${name}]` : joinPath(path, name.toWellFormed());
    const found = name.isWellFormed() ? findHalfCharacter(inner, place) : place;
    if (found !== null) return found;
  }
  return null;
}

function sentence(fault: Fault): string {
  return fault.path === '' ? `The body ${fault.message}.` : `"${fault.path}" ${fault.message}.`;
}
