/** What people see of events as a whole: how far they are behind, and which nobody could handle. */
import Type from 'typebox';
import { asTenantId, type DeadLetterSource, type DeadLetterVerdict, type DeadLetterView, type LivePart } from '#kernel';
import type { Database } from '../database/port.ts';
import { readConsumerFigures, readEventFigures } from './event-figures-store.ts';
import type { DeadLetter, DeadLetters } from './port.ts';

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const FiguresSchema = Type.Object({
  /** `database`, or `nats` where a broker carries them. */
  transport: Type.Enum(['database', 'nats']),
  /** What keeps them from moving. */
  fault: Nullable(Type.String()),
  pending: Type.Integer(),
  oldest_pending_ms: Nullable(Type.Integer()),
  dead_letters: Type.Integer(),
  consumers: Type.Array(
    Type.Object({ name: Type.String(), waiting: Type.Integer(), oldest_waiting_ms: Nullable(Type.Integer()) }),
  ),
});

interface EventsPartDeps {
  database: Database;
  transport: 'database' | 'nats';
  fault(): string | null;
}

/** The outbox holds events of all tenants in one queue, which no tenant may look into. */
export function createEventsPart({ database, transport, fault }: EventsPartDeps): LivePart {
  return {
    name: 'events',
    schema: FiguresSchema,
    async read({ everything }) {
      if (!everything) return null;
      return database.asRole('operator', async (tx) => {
        const { pending, oldestPendingMs, deadLetters } = await readEventFigures(tx);
        const consumers = await readConsumerFigures(tx);
        return {
          transport,
          fault: fault(),
          pending,
          oldest_pending_ms: toWhole(oldestPendingMs),
          dead_letters: deadLetters,
          consumers: consumers.map(({ name, waiting, oldestWaitingMs }) => ({
            name,
            waiting,
            oldest_waiting_ms: toWhole(oldestWaitingMs),
          })),
        };
      });
    },
  };
}

/** A clock that stepped back makes nothing wait for less than no time. */
function toWhole(ms: number | null): number | null {
  return ms === null ? null : Math.max(0, Math.round(ms));
}

/** Events that a consumer could not handle, for whoever looks after the whole installation. */
export function createDeadEvents(letters: DeadLetters): DeadLetterSource {
  const settle =
    (act: DeadLetters['replay']): DeadLetterSource['replay'] =>
    async ({ everything }, id, settlement): Promise<DeadLetterVerdict> => {
      if (!everything) return 'unknown';
      if (await act(id, settlement)) return 'done';
      return (await letters.find(id)) === null ? 'unknown' : 'settled';
    };
  return {
    name: 'events',
    idForm: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    async list({ everything }, { state, name }, { after, limit }) {
      if (!everything || limit === 0) return [];
      // The store takes one more than the page holds.
      const page = { after: after === '' ? null : [after], limit: limit - 1 };
      return (await letters.list(page, { state, consumer: name })).map(toView);
    },
    async find({ everything }, id) {
      const letter = everything ? await letters.find(id) : null;
      return letter === null ? null : toView(letter);
    },
    replay: settle(letters.replay),
    discard: settle(letters.discard),
  };
}

function toView({ consumer, envelope, ...letter }: DeadLetter): DeadLetterView {
  const tenant = envelope['tenantid'];
  return {
    id: letter.id,
    tenantId: typeof tenant === 'string' ? asTenantId(tenant) : null,
    name: consumer,
    subject: letter.subject,
    reason: letter.reason,
    attempts: letter.attempts,
    createdAt: letter.createdAt,
    state: letter.state,
    settledAt: letter.settledAt,
    settledBy: letter.settledBy,
    note: letter.note,
    detail: envelope,
  };
}
