/** What an entry of reeve.yaml may say of a server of the v2 inference protocol. Light: it is read at every start. */
import Type, { type Static } from 'typebox';
import type { Provider } from '../adapter.ts';

export const KServeSettingsSchema = Type.Object({
  /** The tensor that takes an embedding's texts; `text` unless given. */
  input_name: Type.Optional(Type.String({ minLength: 1 })),
  /** 1: its shape is [texts]; 2: [texts, 1], as servers want that put the batch in front. 1 unless given. */
  input_rank: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)])),
  /** The tensor that holds the vectors; unless given the first of floating-point numbers. */
  output_name: Type.Optional(Type.String({ minLength: 1 })),
});
type KServeSettings = Static<typeof KServeSettingsSchema>;

/** The settings of a provider, checked when reeve.yaml was read. */
export function readSettings({ settings }: Provider): KServeSettings {
  return settings;
}
