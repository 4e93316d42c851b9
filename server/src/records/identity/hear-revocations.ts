/**
 * Listens for revocations by other processes. That notices arrive is proved, not assumed: a pooler between us and the
 * database may take the LISTEN and deliver nothing. Until a probe of our own has come back, keys are read each second.
 */
import { asKeyId, type Clock, type IdSource } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import type { Authenticator } from './authenticate-key.ts';
import { REVOCATION_CHANNEL, sendNotice } from './key-store.ts';
import { createRollCall } from './roll-call.ts';

interface Inputs {
  authenticator: Pick<Authenticator, 'forget' | 'setListening'>;
  database: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
}

export interface RevocationListener {
  /**
   * Resolves when every process has heard what was told before. Where one does not say so it takes two seconds: whoever
   * hears nothing reads each key again after one.
   */
  heardByAll(): Promise<void>;
  /** Ends it and waits for what is under way. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;
const PROBE_PATIENCE_MS = 5_000;

/** Starts at once and keeps trying. */
export function hearRevocations({ authenticator, database, clock, ids, log }: Inputs): RevocationListener {
  const rollCall = createRollCall({ database, clock, ids, log });
  let probe = '';
  let stopped = false;
  let cancelTimer = (): void => {};
  let underWay: Promise<void> = Promise.resolve();
  let stopListening: (() => Promise<void>) | null = null;

  const later = (delayMs: number, work: () => void): void => {
    cancelTimer();
    if (!stopped) cancelTimer = clock.after(delayMs, work);
  };

  function onNotice(payload: string): void {
    if (payload === '') prove();
    else if (payload === probe) setHearing(true);
    else if (!rollCall.takes(payload)) authenticator.forget(asKeyId(payload));
  }

  function setHearing(hearing: boolean): void {
    cancelTimer();
    rollCall.setHearing(hearing);
    authenticator.setListening(hearing);
  }

  function prove(): void {
    if (stopped) return;
    probe = ids.next('request');
    setHearing(false);
    later(PROBE_PATIENCE_MS, () => log.warn({}, NOT_HEARD));
    underWay = database
      .asRole('operator', (tx) => sendNotice(tx, probe))
      .catch((error: unknown) => {
        log.warn({ error }, NOT_HEARD);
        later(RETRY_MS, prove);
      });
  }

  async function start(): Promise<void> {
    try {
      stopListening = await database.listen(REVOCATION_CHANNEL, onNotice);
      prove();
    } catch (error) {
      log.warn({ error }, NOT_HEARD);
      later(RETRY_MS, () => (underWay = start()));
    }
  }

  underWay = start();
  return {
    heardByAll: () => rollCall.run(),
    async stop() {
      stopped = true;
      await underWay;
      cancelTimer();
      await underWay;
      await stopListening?.();
    },
  };
}

const NOT_HEARD = 'Revocations by other processes are not heard; each key is read again every second.';
