/** Where a value of the configuration comes from, for people who look at what is in force. */
import Type, { type Static } from 'typebox';

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const OriginSchema = Type.Object({
  /** `file`: reeve.yaml. `flag`: the command line. `catalogue`: the list that ships with Reeve. */
  source: Type.Enum(['file', 'variable', 'flag', 'catalogue', 'default']),
  /** The place in the file, the variable, the catalogue's version; of a default the place where it can be set. */
  name: Nullable(Type.String()),
  /** In the file. */
  line: Nullable(Type.Integer()),
  /** Variables that the value in the file names, as `${NAME}`. */
  variables: Type.Array(Type.String()),
});
export type Origin = Static<typeof OriginSchema>;

/** Of a place in reeve.yaml, name by name: `['providers', 'acme', 'region']`. */
export type FindOrigin = (place: readonly string[]) => Origin;

export function originOf(source: Origin['source'], name: string | null): Origin {
  return { source, name, line: null, variables: [] };
}

/** A value with its origin; `null` for the origin where the onlooker may not see how the machine is set up. */
export function sourcedSchema<Schema extends Type.TSchema>(value: Schema) {
  return Type.Object({ value, origin: Nullable(OriginSchema) });
}
