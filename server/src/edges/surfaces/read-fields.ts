/** What the requests of the surfaces share: fields that may be left out, and those that Reeve does not model. */
import type { CallParams, ToolChoice, ToolDefinition } from '@reeve/contracts';
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

/** Sequences to stop at, of which one may stand alone; an empty list counts as not given, since providers refuse it. */
export function givenStop(stop: string | readonly string[] | null | undefined): Pick<CallParams, 'stop'> | null {
  const list = typeof stop === 'string' ? [stop] : stop;
  return list == null || list.length === 0 ? null : { stop: list };
}

interface SaidOfTools {
  /** How many stand in the request, also of kinds that the call does not model. */
  offered: number;
  tools: readonly ToolDefinition[];
  choice: ToolChoice | null;
  parallel: boolean | null | undefined;
}

/**
 * Tools, and how they may be called. Clients send an empty list, and choices that force nothing, where they have no tool:
 * providers refuse that, so it counts as not given.
 */
export function givenTools({ offered, tools, choice, parallel }: SaidOfTools) {
  const forces = choice === 'required' || typeof choice === 'object';
  return {
    ...given('tools', tools.length === 0 ? null : tools),
    ...given('toolChoice', offered > 0 || forces ? choice : null),
    ...given('parallelToolCalls', offered > 0 ? (parallel ?? null) : null),
  };
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
