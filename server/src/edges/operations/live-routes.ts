/** `GET /api/v1/operations/live`: what every room says of this moment, in one answer. */
import Type from 'typebox';
import { AppError, toOnlooker, type Clock, type JsonRoute, type LivePart, type Onlooker } from '#kernel';
import type { Log } from '#platform/telemetry/port.ts';

/** A part that takes longer is left out of this answer: somebody waits for the others. */
const PART_MS = 3_000;

interface LiveDeps {
  parts: readonly LivePart[];
  clock: Clock;
  log: Log;
}

export function createLiveRoute({ parts, clock, log }: LiveDeps): JsonRoute {
  const schemas = Object.fromEntries(
    parts.map(({ name, schema }) => [name, Type.Union([schema, Type.Null()])] as const),
  );
  return {
    kind: 'json',
    method: 'GET',
    path: '/api/v1/operations/live',
    permission: 'operations:read',
    summary: 'Figures of this moment, of this process: traffic, providers, queues, events, receipts.',
    schema: {
      reply: {
        200: Type.Object({
          at: Type.String(),
          /** True: of the whole installation; false: of the caller's tenant. */
          everything: Type.Boolean(),
          /** Parts that could not be read now, each with the reason. A part that is null and not here is not the caller's to see. */
          faults: Type.Record(Type.String(), Type.String()),
          ...schemas,
        }),
      },
    },
    async handle({ scope }) {
      const onlooker = toOnlooker(scope);
      const faults: Record<string, string> = {};
      const read = await Promise.all(
        parts.map(async (part) => {
          try {
            return [part.name, await readInTime(part, onlooker, clock)] as const;
          } catch (error) {
            log.warn({ error, part: part.name }, 'a part of the live figures could not be read');
            faults[part.name] = error instanceof AppError ? error.message : 'It could not be read.';
            return [part.name, null] as const;
          }
        }),
      );
      const at = new Date(clock.now()).toISOString();
      return { status: 200, body: { at, everything: onlooker.everything, faults, ...Object.fromEntries(read) } };
    },
  };
}

async function readInTime(part: LivePart, onlooker: Onlooker, clock: Clock): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(PART_MS, () => late.reject(new AppError('overloaded', { message: TOO_LATE })));
  try {
    return await Promise.race([part.read(onlooker), late.promise]);
  } finally {
    cancel();
  }
}

const TOO_LATE = `It did not answer within ${PART_MS / 1000} seconds.`;
