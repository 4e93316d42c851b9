/** Asks every process that listens whether it has heard; notices come in order, so who answers has heard what was told before. */
import type { Clock, IdSource } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { REVOCATION_CHANNEL, sendNotice } from './key-store.ts';

export interface RollCall {
  /** Whether the notice is one of a roll call; it is dealt with then. */
  takes(payload: string): boolean;
  /** Whether notices are known to reach this process; at first they are not. */
  setHearing(hearing: boolean): void;
  /** Resolves when all have answered, or when nobody can know any more; at once where one process is all there is. */
  run(): Promise<void>;
}

interface Inputs {
  database: Database;
  clock: Clock;
  ids: IdSource;
  log: Log;
}

/** Whoever hears nothing trusts its memory for a second; a busy machine is slow. */
const UNHEARD_MS = 2_000;
const [ASKED, HEARD] = ['asked ', 'heard '];

export function createRollCall({ database, clock, ids, log }: Inputs): RollCall {
  /** Those that wait for answers, by their name. */
  const calls = new Map<string, () => void>();
  let isHearing = false;

  const send = (payload: string): Promise<void> =>
    database.asRole('operator', (tx) => sendNotice(tx, payload), { sync: false });

  /** Resolves once so many have answered as listen now. */
  async function gather(name: string): Promise<void> {
    const expected = await database.countListeners(REVOCATION_CHANNEL);
    const all = Promise.withResolvers<void>();
    let heard = 0;
    calls.set(name, () => {
      heard += 1;
      if (heard >= expected) all.resolve();
    });
    await send(ASKED + name);
    await all.promise;
  }

  return {
    takes(payload) {
      if (payload.startsWith(HEARD)) calls.get(payload.slice(HEARD.length))?.();
      else if (payload.startsWith(ASKED)) {
        send(HEARD + payload.slice(ASKED.length)).catch((error: unknown) => log.warn({ error }, UNANSWERED));
      } else return false;
      return true;
    },
    setHearing: (hearing) => void (isHearing = hearing),
    async run() {
      if (database.engine === 'pglite') return;
      const name = ids.next('request');
      const late = Promise.withResolvers<void>();
      const cancel = clock.after(UNHEARD_MS, late.resolve);
      try {
        // A database that fails now took the revocation before: what is left is to wait.
        const gathered = isHearing ? gather(name).catch(() => late.promise) : late.promise;
        await Promise.race([gathered, late.promise]);
      } finally {
        cancel();
        calls.delete(name);
      }
    },
  };
}

const UNANSWERED = 'Whoever revokes a key waits for this process, which cannot say that it heard.';
