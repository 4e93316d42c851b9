/** What every room says of itself, in one answer: of this moment (`live`), of what is configured (`settings`). */
import Type from 'typebox';
import {
  AppError,
  toOnlooker,
  type Clock,
  type JsonRoute,
  type LivePart,
  type Onlooker,
  type SettingsPart,
} from '#kernel';
import type { Log } from '#platform/telemetry/port.ts';

/** A part that takes longer is left out of this answer: somebody waits for the others. */
const PART_MS = 3_000;

interface ReportDeps<Part> {
  parts: readonly Part[];
  clock: Clock;
  log: Log;
}

export function createLiveRoute(deps: ReportDeps<LivePart>): JsonRoute {
  return createReportRoute(deps, {
    path: '/api/v1/operations/live',
    permission: 'operations:read',
    summary: 'Figures of this moment, of this process: traffic, providers, queues, events, receipts.',
  });
}

export function createSettingsRoute(deps: ReportDeps<SettingsPart>): JsonRoute {
  return createReportRoute(deps, {
    path: '/api/v1/settings',
    permission: 'settings:read',
    summary: 'What is configured and in force, each value with where it comes from; never a secret.',
  });
}

function createReportRoute(
  { parts, clock, log }: ReportDeps<LivePart>,
  words: Pick<JsonRoute, 'path' | 'permission' | 'summary'>,
): JsonRoute {
  const schemas = Object.fromEntries(
    parts.map(({ name, schema }) => [name, Type.Union([schema, Type.Null()])] as const),
  );
  return {
    kind: 'json',
    method: 'GET',
    ...words,
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
            log.warn({ error, part: part.name }, `a part of ${words.path} could not be read`);
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
