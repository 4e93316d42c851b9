/** What stands inside messages, tools and settings and is not modelled: only the caller's own wire carries it. */

/** Under the name that a refusal tells the caller (`messages[].x`), the values of all places. */
export type UnknownFields = Record<string, unknown[]>;

/** Without a prototype: callers choose the names. */
export const createUnknownFields = (): UnknownFields => Object.create(null);

/** Adds the fields of `value` that are used and not `known`, by their names behind `prefix`. */
export function noteUnknown(
  found: UnknownFields,
  value: object | null | undefined,
  known: ReadonlySet<string>,
  prefix: string,
): void {
  const fields = value as Readonly<Record<string, unknown>> | null | undefined;
  for (const name in fields) {
    if (!known.has(name) && isUsed(fields[name])) (found[prefix + name] ??= []).push(fields[name]);
  }
}

/** What clients send for fields that they leave empty. */
function isUsed(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined && value !== false && value !== '';
  return value !== null && Object.keys(value).length > 0;
}

/**
 * Fields of answers that clients send back in the history. No provider reads them there, so they stay behind on the
 * way to another wire: marks of the answer's place and source, and thoughts in shapes that no two servers share.
 */
const ECHOED = [
  'annotations',
  'citations',
  'extra_content',
  'id',
  'index',
  'logprobs',
  'parsed',
  'parsed_arguments',
  'phase',
  'provider_specific_fields',
  'reasoning',
  'reasoning_details',
  'status',
  'thinking_blocks',
] as const;

/** The fields of a thing in the history: those that the call models, and what only echoes an answer. */
export function historyFields(...modelled: readonly string[]): ReadonlySet<string> {
  return new Set([...modelled, ...ECHOED]);
}
