import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Journal } from './port.ts';
import { openJournal } from './segment-journal.ts';
import { createFaultyFiles } from './testing.ts';

let folder = '';
const journals: Journal[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(files = createFaultyFiles()): Journal {
  folder = mkdtempSync(join(tmpdir(), 'reeve-journal-'));
  const journal = openJournal({ folder, files });
  journals.push(journal);
  return journal;
}

/** One turn of the event loop writes, and starts the sync. */
function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

describe('group commit', () => {
  it('acknowledges an append only after the sync, a write before it', async () => {
    const files = createFaultyFiles();
    const journal = open(files);
    const held = files.holdSyncs();
    let acknowledged = false;
    const append = journal.append(1, 'durable').then(() => (acknowledged = true));
    await journal.write(1, 'written');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(acknowledged).toBe(false);
    held.release();
    await append;
    expect(acknowledged).toBe(true);
  });

  it('serves all appends that gather during a sync with the next one', async () => {
    const files = createFaultyFiles();
    const journal = open(files);
    const held = files.holdSyncs();
    const first = journal.append(1, 'first');
    await journal.write(1, 'turn');
    const others = Array.from({ length: 50 }, (_, index) => journal.append(1, `other ${index}`));
    await journal.write(1, 'turn');
    files.syncCount = 0;
    held.release();
    await Promise.all([first, ...others]);
    expect(files.syncCount).toBe(2);
  });

  it('syncs each of a few appends at once, however closely they follow', async () => {
    const files = createFaultyFiles();
    const journal = open(files);
    for (let index = 0; index < 5; index += 1) {
      files.syncCount = 0;
      const append = journal.append(1, `one after another ${index}`);
      await oneTurn();
      expect(files.syncCount).toBe(1);
      await append;
    }
  });

  it('lets many that follow closely share a sync in each millisecond', async () => {
    const files = createFaultyFiles();
    const journal = open(files);
    const appendGroup = (): Promise<unknown> => Promise.all(Array.from({ length: 8 }, () => journal.append(1, 'many')));
    await appendGroup();
    files.syncCount = 0;
    const startedMs = performance.now();
    for (let index = 0; index < 200; index += 1) await appendGroup();
    expect(files.syncCount).toBeLessThanOrEqual(Math.ceil(performance.now() - startedMs) + 1);
  });

  it('closes only when what gathers is synced', async () => {
    const journal = open();
    await Promise.all(['first', 'second', 'third', 'fourth'].map((text) => journal.append(1, text)));
    const last = journal.append(1, 'last');
    await oneTurn();
    await Promise.all([journal.close(), last]);
    const reopened = openJournal({ folder });
    const found: string[] = [];
    for await (const { payload } of reopened.read()) found.push(Buffer.from(payload).toString());
    await reopened.close();
    expect(found).toEqual(['first', 'second', 'third', 'fourth', 'last']);
  });
});
