/** Events into the outbox of the caller's transaction. */
import { EVENTS, toDataSchema, toSubject, type CloudEvent, type EventType } from '@reeve/contracts';
import { createChecker, createUuidSource, must, type Checker, type Clock, type Random } from '#kernel';
import type { TSchema } from 'typebox';
import { insertEvents, type OutboxEntry } from './event-store.ts';
import type { EventAppender, NewEvent } from './port.ts';

/** Brokers take a megabyte; what is larger belongs into the object store. */
const ENVELOPE_BYTES_MAX = 256 * 1024;

const checkers = new Map<EventType, Checker<TSchema>>();

/** Needs no broker and no consumer: whoever has a transaction can append. */
export function createEventAppender({ clock, random }: { clock: Clock; random: Random }): EventAppender {
  const nextId = createUuidSource(clock, random);
  return {
    async append(tx, ...events) {
      if (events.length === 0) return [];
      const entries = events.map((event) => toEntry(event, nextId(), clock.now()));
      await insertEvents(tx, entries);
      return entries.map(({ id }) => id);
    },
  };
}

function toEntry(event: NewEvent, id: string, nowMs: number): OutboxEntry {
  const { type, aggregate, data, tenantId, traceparent } = event;
  const definition = EVENTS[type];
  const [fault] = checkerOf(type).faults(data);
  if (fault !== undefined)
    throw new TypeError(`the event ${type} does not fit its schema: ${fault.path} ${fault.message}`);
  const subject = toSubject(definition, data);
  const envelope: CloudEvent = {
    specversion: '1.0',
    id,
    source: `/reeve/${definition.room === '*' ? must(subject.split('.')[1], 'the subject names who') : definition.room}`,
    type,
    subject: `${aggregate.type}/${aggregate.id}`,
    time: new Date(nowMs).toISOString(),
    datacontenttype: 'application/json',
    dataschema: toDataSchema(type, definition.revision),
    data,
    route: subject,
    tenantid: tenantId,
    partitionkey: aggregate.id,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const payload = JSON.stringify(envelope);
  if (Buffer.byteLength(payload) > ENVELOPE_BYTES_MAX) throw new RangeError(`the event ${type} is too large to travel`);
  return { id, aggregate, subject, payload };
}

function checkerOf(type: EventType): Checker<TSchema> {
  const known = checkers.get(type) ?? createChecker<TSchema>(EVENTS[type].data);
  checkers.set(type, known);
  return known;
}
