/** What the requests of the surfaces share: fields that may be left out, and those that Reeve does not model. */
import type { CallParams } from '@reeve/contracts';
import Type from 'typebox';

/** A field that may be absent or null. */
export const Maybe = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** Far above what any model gives, and small enough that sums of it stay whole numbers. */
export const OUTPUT_TOKENS_MAX = 10_000_000;

/** The parameter where the caller gave it; `null` counts as not given. */
export function given<Name extends keyof CallParams>(
  name: Name,
  value: CallParams[Name] | null,
): Pick<CallParams, Name> | null {
  return value == null ? null : ({ [name]: value } as Pick<CallParams, Name>);
}

/** The caller's fields that are not `known`, under their own names. */
export function pickExtensions(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Record<string, unknown> {
  // Without a prototype: a field may have the name of its setter.
  const extensions: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(value)) if (!known.has(name)) extensions[name] = value[name];
  return extensions;
}
