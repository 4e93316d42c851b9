import type { Journal } from '#platform/journal/port.ts';
import { openJournal } from '#platform/journal/segment-journal.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIntent, intentId, toText } from './journal-records.ts';
import { createOpenIntents } from './open-intents.ts';
import { makeDraft, makeTestFolder } from './testing.ts';

let folder: ReturnType<typeof makeTestFolder>;
let journal: Journal;

beforeEach(() => {
  folder = makeTestFolder();
  journal = openJournal({ folder: folder.path });
});
afterEach(async () => {
  await journal.close();
  folder.remove();
});

async function writtenIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { payload } of journal.read()) ids.push(intentId(toText(payload)));
  return ids;
}

describe('open intents', () => {
  it('hold the journal from the oldest on, until it is closed or carried over', async () => {
    const intents = createOpenIntents(journal);
    expect(intents.oldest).toBe(Infinity);
    const [first, second] = [makeDraft(), makeDraft()];
    await intents.open(first.id, encodeIntent(first, {}));
    const behindFirst = journal.end;
    await intents.open(second.id, encodeIntent(second, {}));
    expect(intents.oldest).toBeLessThan(behindFirst);
    await intents.carryOver(behindFirst);
    expect(intents.oldest).toBe(behindFirst);
    expect(await writtenIds()).toEqual([first.id, second.id, first.id]);
    intents.close(second.id);
    expect(intents.oldest).toBeGreaterThan(behindFirst);
    intents.close(first.id);
    expect(intents.oldest).toBe(Infinity);
  });

  it('are not written anew behind a receipt that is on its way, and hold the journal until it is kept', async () => {
    const intents = createOpenIntents(journal);
    const draft = makeDraft();
    await intents.open(draft.id, encodeIntent(draft, {}));
    intents.settle(draft.id);
    await intents.carryOver(Infinity);
    expect(await writtenIds()).toEqual([draft.id]);
    expect(intents.oldest).toBe(0);
  });
});
