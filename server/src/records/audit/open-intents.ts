/** The calls that are under way: what each would settle at if this process died now. */
import type { Journal } from '#platform/journal/port.ts';
import { KIND_INTENT } from './journal-records.ts';

export interface OpenIntents {
  /** Resolves when the operating system has the intent. */
  open(id: string, payload: string): Promise<void>;
  close(id: string): void;
  /** Writes intents that begin before `position` anew at the journal's end, so that one long call does not hold it all. */
  carryOver(position: number): Promise<void>;
  /** Before this logical offset no open intent is needed; `Infinity` when none is open. */
  readonly oldest: number;
  readonly count: number;
}

export function createOpenIntents(journal: Journal): OpenIntents {
  // The payloads stay in memory as long as their calls run: as many as calls may run at once.
  const intents = new Map<string, { position: number; payload: string }>();

  const write = async (id: string, payload: string): Promise<void> => {
    // Anew at the map's end: it stays sorted by position.
    intents.delete(id);
    intents.set(id, { position: journal.end, payload });
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
    close(id) {
      intents.delete(id);
    },
    async carryOver(position) {
      const old = [...intents].filter(([, intent]) => intent.position < position);
      // All at once: an intent that is closed meanwhile has its receipt behind this copy.
      await Promise.all(old.map(([id, { payload }]) => write(id, payload)));
    },
    get oldest() {
      for (const { position } of intents.values()) return position;
      return Infinity;
    },
    get count() {
      return intents.size;
    },
  };
}
