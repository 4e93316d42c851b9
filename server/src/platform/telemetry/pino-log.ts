/** JSON log lines by pino. */
import pino from 'pino';
import type { Clock } from '#kernel';
import type { LineSink } from './line-sink.ts';
import type { Log } from './port.ts';
import { toLoggable } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line per entry: `timestamp` (ISO 8601, UTC), `level`, `service_name`, the fields as given, `message`. */
export function createPinoLog(level: LogLevel, sink: LineSink, clock: Clock): Log {
  const logger = pino(
    {
      level,
      base: { service_name: 'reeve' },
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: toLoggable },
      // `toLoggable` has turned errors into plain objects; pino would take one under this name for an error again.
      serializers: { err: (value: unknown) => value },
    },
    { write: (line) => sink.write(line) },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error(fields, message) {
      logger.error(fields, message);
      sink.hurry();
    },
  };
}
