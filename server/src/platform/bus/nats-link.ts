/** The connection to NATS: made in the background, kept for ever, with the streams that events need. */
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { EVENTS } from '@reeve/contracts';
import type { Clock } from '#kernel';
import type { Log } from '../telemetry/port.ts';

export const STREAM = 'REEVE_EVENTS';
/** Keeps what the server says of messages that nobody acknowledged often enough. */
export const EXCEEDED_STREAM = 'REEVE_EVENTS_EXCEEDED';

const NANOS_PER_MS = 1_000_000;
export const toNanos = (ms: number): number => ms * NANOS_PER_MS;
const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
/** Inside it the server drops a message sent again; beyond it the inbox of each consumer does. */
const DUPLICATE_WINDOW_MS = 120_000;
const RECONNECT_MS = 500;
const PING_MS = 10_000;
const SET_UP_RETRY_MS = 1_000;

export interface NatsAddress {
  servers: string[];
  login: { user?: string; pass?: string; token?: string };
  tls: boolean;
  /** Copies of each stream in the cluster. */
  replicas: number;
}

/** `nats://user:password@host:port,host:port?replicas=3`, or `tls://…`. Throws where it is something else. */
export function parseNatsUrl(text: string): NatsAddress {
  const [, scheme = '', login, hosts = '', query = ''] =
    /^(nats|tls):\/\/(?:([^@/]*)@)?([^/?]+)\/?(?:\?(.*))?$/.exec(text) ?? [];
  const replicas = Number(new URLSearchParams(query).get('replicas') ?? 1);
  if (hosts === '' || ![1, 3, 5].includes(replicas)) throw new TypeError('not a NATS address');
  const [user, pass] = login?.split(':').map(decodeURIComponent) ?? [];
  return {
    servers: hosts.split(','),
    login: user === undefined ? {} : pass === undefined ? { token: user } : { user, pass },
    tls: scheme === 'tls',
    replicas,
  };
}

export interface NatsSession {
  js: JetStreamClient;
  manager: JetStreamManager;
}

export interface LinkInputs {
  address: NatsAddress;
  clock: Clock;
  log: Log;
  /** Once, when the streams stand. */
  onReady(session: NatsSession): void;
  /** The connection broke, or stands again. */
  onChange(connected: boolean): void;
}

export class NatsLink {
  readonly #inputs: LinkInputs;
  #connection: NatsConnection | null = null;
  #session: NatsSession | null = null;
  #connected = false;
  #closed = false;
  #endPause = (): void => {};
  #opening: Promise<void> = Promise.resolve();

  constructor(inputs: LinkInputs) {
    this.#inputs = inputs;
  }

  /** The session while the broker is there, `null` while it is away. */
  get session(): NatsSession | null {
    return this.#connected ? this.#session : null;
  }

  /** Begins to connect; a server that is away now is found later. */
  open(): void {
    this.#opening = this.#keepOpening();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endPause();
    await this.#opening;
    await this.#connection?.close();
  }

  async #keepOpening(): Promise<void> {
    const { clock, log } = this.#inputs;
    while (!this.#closed) {
      try {
        return await this.#connect();
      } catch (error) {
        log.warn({ error: String(error) }, 'NATS does not answer; events wait in the outbox');
        await this.#connection?.close();
      }
      await new Promise<void>((resolve) => {
        clock.after(SET_UP_RETRY_MS, resolve);
        this.#endPause = resolve;
      });
    }
  }

  async #connect(): Promise<void> {
    const { address, log, onReady, onChange } = this.#inputs;
    const connection = await connect({
      name: 'reeve',
      servers: address.servers,
      ...address.login,
      ...(address.tls ? { tls: {} } : {}),
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      // A stack trace for each message would cost more than the message.
      noAsyncTraces: true,
    });
    this.#connection = connection;
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, address.replicas);
    this.#session = { js: jetstream(connection), manager };
    this.#connected = true;
    void this.#follow(connection).catch((error: unknown) => log.error({ error }, 'lost sight of the link to NATS'));
    onReady(this.#session);
    onChange(true);
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#connected = type === 'reconnect';
      if (!this.#closed) this.#inputs.onChange(this.#connected);
    }
  }
}

/** First tokens of every subject that the catalogue knows. */
function subjectRoots(): string[] {
  return [...new Set(Object.values(EVENTS).map(({ subject }) => `${subject.split('.')[0] ?? ''}.>`))];
}

async function ensureStreams(manager: JetStreamManager, replicas: number): Promise<void> {
  const limits = { max_age: toNanos(KEPT_DAYS * DAY_MS), num_replicas: replicas };
  await ensureStream(manager, STREAM, subjectRoots(), { ...limits, duplicate_window: toNanos(DUPLICATE_WINDOW_MS) });
  await ensureStream(manager, EXCEEDED_STREAM, [`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${STREAM}.>`], limits);
}

async function ensureStream(
  manager: JetStreamManager,
  name: string,
  subjects: string[],
  limits: { max_age: number; num_replicas: number; duplicate_window?: number },
): Promise<void> {
  const known = await manager.streams.info(name).catch(() => null);
  if (known === null) {
    await manager.streams.add({ name, subjects, ...limits });
    return;
  }
  // A process of another version may need subjects that this one does not know.
  const all = [...new Set([...known.config.subjects, ...subjects])];
  await manager.streams.update(name, { ...limits, subjects: all });
}
