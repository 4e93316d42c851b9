/** Keeps the journal short: what database and calls no longer need is pruned, a segment at a time. */
import type { Journal } from '#platform/journal/port.ts';
import type { Log } from '#platform/telemetry/port.ts';
import { KIND_HEAD, encodeHead } from './journal-records.ts';
import type { OpenIntents } from './open-intents.ts';
import type { ChainHead } from './receipt-chain.ts';

const STEP_BYTES = 16 * 1024 * 1024;

export interface JournalUpkeep {
  /**
   * Prunes what lies before `needed` once enough has gathered. `makeDurable` must bring to the disk whatever the
   * database owes for those records.
   */
  tidy(needed: number, makeDurable: () => Promise<void>): Promise<void>;
}

interface UpkeepDeps {
  journal: Journal;
  intents: OpenIntents;
  log: Log;
  /** The last receipt that journal or database keeps. */
  head(): ChainHead;
  stepBytes: number | undefined;
}

export function createJournalUpkeep(deps: UpkeepDeps): JournalUpkeep {
  const { journal, intents, log, head, stepBytes = STEP_BYTES } = deps;
  let doneUpTo = journal.end - journal.bytes;
  return {
    async tidy(needed, makeDurable) {
      if (needed - doneUpTo < stepBytes) return;
      try {
        await makeDurable();
        await intents.carryOver(needed);
        await journal.append(KIND_HEAD, encodeHead(head()));
        await journal.prune(Math.min(needed, intents.oldest));
        doneUpTo = needed;
      } catch (error) {
        // The next batch tries again; until then the journal is longer than it need be.
        log.warn({ error: String(error) }, 'the journal could not be pruned');
      }
    },
  };
}
