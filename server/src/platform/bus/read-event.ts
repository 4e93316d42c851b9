/** An envelope as it travelled → the event as consumers of this version get it. */
import { CloudEventSchema, findEvent, revisionOf, upcast } from '@reeve/contracts';
import { asTenantId, createChecker } from '#kernel';
import type { BusEvent } from './port.ts';

const checker = createChecker(CloudEventSchema);

/** Throws where it is no envelope of ours. */
export function readEvent(envelope: Readonly<Record<string, unknown>>): BusEvent {
  const event = checker.parse(envelope);
  const definition = findEvent(event.type);
  const slash = event.subject.indexOf('/');
  return {
    id: event.id,
    type: event.type,
    subject: event.route,
    tenantId: asTenantId(event.tenantid),
    aggregate: { type: event.subject.slice(0, slash), id: event.subject.slice(slash + 1) },
    time: event.time,
    data: definition === null ? event.data : upcast(definition, revisionOf(event), event.data),
    traceparent: event.traceparent ?? null,
    envelope,
  };
}
