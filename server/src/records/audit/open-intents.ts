/** The calls that are under way: what each would settle at if this process died now. */
import type { Journal } from '#platform/journal/port.ts';
import { KIND_INTENT } from './journal-records.ts';

export interface OpenIntents {
  /** Resolves when the operating system has the intent. */
  open(id: string, payload: string): Promise<void>;
  /** Its receipt is on its way: from here on the intent is not written anew, or it would stand behind its receipt. */
  settle(id: string): void;
  /** Its receipt is kept: the intent is no longer needed. */
  close(id: string): void;
  /** Writes intents that begin before `position` anew at the journal's end, so that one long call does not hold it all. */
  carryOver(position: number): Promise<void>;
  has(id: string): boolean;
  /** Before this logical offset no open intent is needed; `Infinity` when none is open. */
  readonly oldest: number;
}

export function createOpenIntents(journal: Journal): OpenIntents {
  // The payloads stay in memory as long as their calls run: as many as calls may run at once.
  const intents = new Map<string, { position: number; payload: string; settling: boolean }>();

  const write = async (id: string, payload: string): Promise<void> => {
    // Anew at the map's end: it stays sorted by position.
    intents.delete(id);
    intents.set(id, { position: journal.end, payload, settling: false });
    await journal.write(KIND_INTENT, payload);
  };

  return {
    async open(id, payload) {
      try {
        await write(id, payload);
      } catch (error) {
        intents.delete(id);
        throw error;
      }
    },
    settle(id) {
      const intent = intents.get(id);
      if (intent !== undefined) intent.settling = true;
    },
    close(id) {
      intents.delete(id);
    },
    has: (id) => intents.has(id),
    async carryOver(position) {
      const old = [...intents].filter(([, intent]) => intent.position < position && !intent.settling);
      // All in one turn, so that a receipt that comes meanwhile stands behind its intent's copy.
      await Promise.all(old.map(([id, { payload }]) => write(id, payload)));
    },
    get oldest() {
      for (const { position } of intents.values()) return position;
      return Infinity;
    },
  };
}
