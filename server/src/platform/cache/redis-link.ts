/** The one connection to Redis. What it does not answer in time it is not asked for a while: nobody waits twice. */
import { createHash } from 'node:crypto';
import { Redis, ReplyError } from 'ioredis';
import type { Clock } from '#kernel';
import type { Log } from '../telemetry/port.ts';

export interface Script {
  text: string;
  sha1: string;
}

export type Reply<Value> = { type: 'reply'; value: Value } | { type: 'unreachable' };

export interface RedisLink {
  /** Sends, and waits a quarter of a second at most. Never rejects: no answer and a refusal are both `unreachable`. */
  ask<Value>(send: (redis: Redis) => Promise<Value>): Promise<Reply<Value>>;
  /** Runs a script in one atomic step. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply<unknown>>;
  /** `null` when it answers, else what is wrong. */
  check(): Promise<string | null>;
  close(): void;
}

interface LinkOptions {
  /** `redis://` or `rediss://`, with user, password and number of the database where there are any. */
  url: string;
  clock: Clock;
  log: Log;
}

const ANSWER_MS = 250;
/** Connecting, and every silence while an answer is due; after it the connection is given up and made anew. */
const SILENCE_MS = 1000;
const REST_MS = 1000;
/** Between two lines about refusals. */
const TELL_MS = 60_000;
const RETRY_MS = 50;
const RETRY_MS_MAX = 2000;

/** Connects, but does not wait for it longer than a second: Reeve starts and serves without Redis, and says so. */
export async function openRedisLink({ url, clock, log }: LinkOptions): Promise<RedisLink> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    commandTimeout: ANSWER_MS,
    // What could not be sent at once, or was cut off, is never sent later: it would count or lock for somebody long gone.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => Math.min(RETRY_MS * 2 ** Math.min(tries, 10), RETRY_MS_MAX),
    protocol: 2,
  });
  let lastError: unknown = null;
  redis.on('error', (error: unknown) => {
    lastError = error;
  });
  const state = createAttention(clock, log);
  const ask: RedisLink['ask'] = async (send) => {
    if (!state.mayAsk()) return { type: 'unreachable' };
    try {
      const value = await send(redis);
      state.answered();
      return { type: 'reply', value };
    } catch (error) {
      if (error instanceof ReplyError) state.refused(error);
      else state.failed(redis.status === 'ready' ? error : (lastError ?? error));
      return { type: 'unreachable' };
    }
  };
  try {
    await redis.connect();
  } catch (error) {
    state.failed(lastError ?? error);
  }
  return {
    ask,
    run: (script, keys, args) => ask((connection) => runScript(connection, script, keys, args)),
    async check() {
      const reply = await ask((connection) => connection.ping());
      return reply.type === 'reply' ? null : `Redis does not answer: ${describe(state.lastFailure() ?? lastError)}`;
    },
    close: () => redis.disconnect(),
  };
}

export function toScript(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

async function runScript(
  redis: Redis,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(script.text, keys.length, ...keys, ...args);
  }
}

/** After a failure one question goes through each second, and the rest are answered at once that nobody is there. */
function createAttention(clock: Clock, log: Log) {
  let away = false;
  let askAgainMs = 0;
  let failure: unknown = null;
  let tellAgainMs = 0;
  return {
    mayAsk(): boolean {
      if (!away) return true;
      if (clock.monotonicMs() < askAgainMs) return false;
      askAgainMs = clock.monotonicMs() + REST_MS;
      return true;
    },
    answered(): void {
      if (away) log.info({}, 'Redis answers again');
      away = false;
    },
    failed(error: unknown): void {
      failure = error;
      askAgainMs = clock.monotonicMs() + REST_MS;
      if (!away) {
        log.warn(
          { reason: describe(error) },
          'Redis does not answer: nothing is cached, limits count per process, no lock is given',
        );
      }
      away = true;
    },
    /** It is there and will not: no memory left, a replica, no permission. The next question may fare better. */
    refused(error: unknown): void {
      failure = error;
      if (clock.monotonicMs() < tellAgainMs) return;
      tellAgainMs = clock.monotonicMs() + TELL_MS;
      log.warn({ reason: describe(error) }, 'Redis refuses a command');
    },
    lastFailure: () => failure,
  };
}

/** The message alone: errors of the client carry the command that failed, and with it the password or a value. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return describe(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
