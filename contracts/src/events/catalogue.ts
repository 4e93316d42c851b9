/** Every event that the code emits: its subject, the shape of its data, and how older shapes are read. */
import Type, { type Static, type TSchema } from 'typebox';
import { KeyIdSchema, MemberIdSchema, TenantIdSchema } from '../ids.ts';

export interface EventDefinition<Data extends TSchema = TSchema> {
  /** The room that emits it. `*`: any. */
  room: string;
  /** Where it is routed: dotted, `{field}` stands for that field of the data. */
  subject: string;
  /**
   * Grows with each change of `data`. A reader of this revision reads all earlier ones, if need be through `upcasters`;
   * what it cannot read is another event (`….v2`).
   */
  revision: number;
  data: Data;
  /** By the revision that they read: they give the next one. */
  upcasters?: Readonly<Record<number, (data: unknown) => unknown>>;
}

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** One token of a subject. */
const Token = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

/** Neither login nor name of the person: events are kept longer than members. */
const MemberNoted = Type.Object({
  member_id: MemberIdSchema,
  tenant_id: TenantIdSchema,
  roles: Type.Array(Type.String()),
  status: Type.Enum(['invited', 'active', 'suspended']),
  /** The key that acted; `null` for the operator at the machine. */
  by: Nullable(Type.String()),
});

export const EVENTS = {
  'identity.tenant-created.v1': {
    room: 'identity',
    subject: 'identity.tenant-created.v1',
    revision: 1,
    data: Type.Object({ tenant_id: TenantIdSchema, name: Type.String() }),
  },
  'identity.key-created.v1': {
    room: 'identity',
    subject: 'identity.key-created.v1',
    revision: 1,
    data: Type.Object({
      key_id: KeyIdSchema,
      tenant_id: TenantIdSchema,
      name: Type.String(),
      prefix: Type.String(),
      scopes: Type.Array(Type.String()),
      models: Nullable(Type.Array(Type.String())),
      expires_at: Nullable(Type.String()),
      created_by: Nullable(Type.String()),
    }),
  },
  'identity.key-revoked.v1': {
    room: 'identity',
    subject: 'identity.key-revoked.v1',
    revision: 1,
    data: Type.Object({
      key_id: KeyIdSchema,
      tenant_id: TenantIdSchema,
      revoked_at: Type.String(),
      revoked_by: Nullable(Type.String()),
    }),
  },
  'identity.member-invited.v1': {
    room: 'identity',
    subject: 'identity.member-invited.v1',
    revision: 1,
    data: MemberNoted,
  },
  'identity.member-changed.v1': {
    room: 'identity',
    subject: 'identity.member-changed.v1',
    revision: 1,
    data: MemberNoted,
  },
  'identity.member-removed.v1': {
    room: 'identity',
    subject: 'identity.member-removed.v1',
    revision: 1,
    data: MemberNoted,
  },
  /** Whoever manages members made a fresh sign-in link: whoever opens it works as that member. */
  'identity.member-link-made.v1': {
    room: 'identity',
    subject: 'identity.member-link-made.v1',
    revision: 1,
    data: MemberNoted,
  },
  /** Somebody did something by hand that others may ask about later. */
  audit: {
    room: '*',
    subject: 'audit.{service}.{action}',
    revision: 1,
    data: Type.Object({
      service: Token,
      action: Token,
      /** The key that acted; `null` for the operator at the machine. */
      actor: Nullable(Type.String()),
      target: Type.String(),
      reason: Nullable(Type.String()),
    }),
  },
  'ops.health': {
    room: '*',
    subject: 'ops.health.{service}',
    revision: 1,
    data: Type.Object({
      service: Token,
      status: Type.Enum(['healthy', 'degraded']),
      detail: Nullable(Type.String()),
    }),
  },
  'ops.alert': {
    room: '*',
    subject: 'ops.alert.{severity}',
    revision: 1,
    data: Type.Object({
      severity: Type.Enum(['critical', 'warning', 'info']),
      /** What is wrong, the same each time: `dead-letter`. */
      name: Token,
      summary: Type.String(),
      labels: Type.Record(Type.String(), Type.String()),
    }),
  },
} as const satisfies Record<string, EventDefinition>;

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = Static<(typeof EVENTS)[T]['data']>;

/** Fills the subject's fields from the data. Throws where one is missing or is no token: that is a bug of the emitter. */
export function toSubject({ subject }: Pick<EventDefinition, 'subject'>, data: object): string {
  return subject.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value: unknown = Object.getOwnPropertyDescriptor(data, field)?.value;
    if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)) {
      throw new TypeError(`the subject ${subject} takes no ${JSON.stringify(value)} as ${field}`);
    }
    return value;
  });
}

/** The data as the definition's revision has it. Data of a later revision than this program knows passes as it is. */
export function upcast(definition: EventDefinition, revision: number, data: unknown): unknown {
  let current = data;
  for (let from = revision; from < definition.revision; from += 1) {
    current = definition.upcasters?.[from]?.(current) ?? current;
  }
  return current;
}

/** The definition of a type, also of one that only another version of the program knows: then `null`. */
export function findEvent(type: string): EventDefinition | null {
  return isEventType(type) ? EVENTS[type] : null;
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}
