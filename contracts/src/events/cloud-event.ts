/** The envelope in which events travel: CloudEvents 1.0, structured JSON. */
import Type, { type Static } from 'typebox';

/** Extensions: its route, the tenant it belongs to, the aggregate that orders it, the trace it came from. */
export const CloudEventSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  /** A UUIDv7; the outbox row, the broker's message id and the inbox row carry the same. */
  id: Type.String(),
  /** `/reeve/<room>`. */
  source: Type.String(),
  /** A name of the catalogue. */
  type: Type.String(),
  /** `<aggregate type>/<aggregate id>`. */
  subject: Type.String(),
  /** RFC 3339, UTC. */
  time: Type.String(),
  datacontenttype: Type.Literal('application/json'),
  /** `urn:reeve:event:<type>:<revision>`. */
  dataschema: Type.String(),
  data: Type.Unknown(),
  /** Where it is routed: `ops.alert.critical`. */
  route: Type.String(),
  tenantid: Type.String(),
  /** Events of one key are handled in the order in which they were appended. */
  partitionkey: Type.String(),
  traceparent: Type.Optional(Type.String()),
});
export type CloudEvent = Static<typeof CloudEventSchema>;

const DATA_SCHEMA = /^urn:reeve:event:(.+):(\d+)$/;

export function toDataSchema(type: string, revision: number): string {
  return `urn:reeve:event:${type}:${revision}`;
}

/** The revision of the data's schema; 1 where the envelope names none of ours. */
export function revisionOf({ dataschema }: Pick<CloudEvent, 'dataschema'>): number {
  return Number(DATA_SCHEMA.exec(dataschema)?.[2] ?? 1);
}
