import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Journal, JournalFullError, JournalWriteError } from './port.ts';
import { listSegments } from './segment-files.ts';
import { type SegmentJournalOptions, openJournal } from './segment-journal.ts';
import { createFaultyFiles } from './testing.ts';

const folders: string[] = [];
const journals: Journal[] = [];

afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-journal-'));
  folders.push(folder);
  return folder;
}

function open(folder: string, options: Omit<SegmentJournalOptions, 'folder'> = {}): Journal {
  const journal = openJournal({ folder, ...options });
  journals.push(journal);
  return journal;
}

async function texts(journal: Journal, position?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { payload } of journal.read(position)) found.push(Buffer.from(payload).toString());
  return found;
}

function newestSegment(folder: string): string {
  return listSegments(folder).at(-1)?.path ?? '';
}

/** What a kill -9 leaves: the files as they are, without a clean close. */
function copyAsCrashed(folder: string): string {
  const copy = makeFolder();
  for (const { path } of listSegments(folder)) writeFileSync(path.replace(folder, copy), readFileSync(path));
  return copy;
}

describe('a journal', () => {
  it('reads back what was handed in, in order, over a restart', async () => {
    const folder = makeFolder();
    const first = open(folder);
    await Promise.all([first.write(1, 'one'), first.append(2, Buffer.from('two')), first.append(3, 'drei ≠ 3 😀')]);
    await first.close();

    const second = open(folder);
    await second.append(4, '');
    expect(await texts(second)).toEqual(['one', 'two', 'drei ≠ 3 😀', '']);
    const kinds: number[] = [];
    for await (const { kind } of second.read()) kinds.push(kind);
    expect(kinds).toEqual([1, 2, 3, 4]);
    expect(second.tornBytes).toBe(0);
  });

  it('goes on reading where a record ended', async () => {
    const journal = open(makeFolder());
    const { end } = await journal.append(1, 'one');
    await journal.append(1, 'two');
    expect(await texts(journal, end)).toEqual(['two']);
    expect(await texts(journal, journal.end)).toEqual([]);
  });

  it('takes records larger than its buffers and refuses what passes its bound for one', async () => {
    const folder = makeFolder();
    const journal = open(folder);
    const large = 'x'.repeat(3_000_000);
    await Promise.all([journal.append(1, large), journal.append(1, large), journal.append(1, 'small')]);
    await expect(journal.append(1, 'x'.repeat(6_000_000))).rejects.toThrow(JournalWriteError);
    await journal.close();
    expect((await texts(open(folder))).map((text) => text.length)).toEqual([3_000_000, 3_000_000, 5]);
  });

  it('rolls over to new segments, prunes whole ones, and refuses at its bound until then', async () => {
    const folder = makeFolder();
    const journal = open(folder, { segmentBytes: 4096, bytesMax: 20_000 });
    const payload = 'x'.repeat(1000);
    let last = 0;
    const refused: unknown[] = [];
    for (let index = 0; index < 30; index += 1) {
      await journal.append(1, payload).then(
        ({ position }) => (last = position),
        (error: unknown) => refused.push(error),
      );
    }
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toBeInstanceOf(JournalFullError);
    expect(journal.bytes).toBeLessThanOrEqual(20_000);
    expect(await journal.check()).toMatch(/bound/);
    expect(listSegments(folder).length).toBeGreaterThan(3);

    await journal.prune(last);
    expect(await texts(journal, last)).toEqual([payload]);
    await journal.append(1, 'again');
    expect(await journal.check()).toBeNull();
    await journal.close();
    expect((await texts(open(folder))).at(-1)).toBe('again');
  });

  it('keeps positions growing after everything was pruned and over a restart', async () => {
    const folder = makeFolder();
    const first = open(folder, { segmentBytes: 1024 });
    for (let index = 0; index < 10; index += 1) await first.append(1, 'x'.repeat(500));
    const { end } = first;
    await first.prune(end);
    await first.close();
    const second = open(folder, { segmentBytes: 1024 });
    expect((await second.append(1, 'next')).position).toBeGreaterThanOrEqual(end);
    expect((await texts(second)).at(-1)).toBe('next');
  });
});

function zeroFrom(path: string, offset: number): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, offset));
}

/** The file's length without the zeros that are laid ahead of records. */
function writtenBytes(path: string): number {
  return readFileSync(path).findLastIndex((byte) => byte !== 0) + 1;
}

describe('a torn tail', () => {
  it.each([
    ['the file ends there', (path: string, cut: number) => truncateSync(path, cut)],
    ['zeros stand there', (path: string, cut: number) => zeroFrom(path, cut)],
  ])('is cut at every byte of the last record, and the journal goes on: %s', async (_how, tear) => {
    const folder = makeFolder();
    const journal = open(folder);
    await journal.append(1, 'first');
    const { position, end } = await journal.append(1, 'the last record');
    for (let cut = position; cut < end; cut += 1) {
      const copy = copyAsCrashed(folder);
      tear(newestSegment(copy), cut);
      const torn = writtenBytes(newestSegment(copy)) - position;
      const recovered = open(copy);
      expect(await texts(recovered)).toEqual(['first']);
      expect(recovered.tornBytes).toBe(Math.max(0, torn));
      await recovered.append(1, 'next');
      await recovered.close();
      expect(await texts(open(copy))).toEqual(['first', 'next']);
    }
  });

  it('is cut where a power cut left a hole inside the last, never acknowledged group', async () => {
    const folder = makeFolder();
    const journal = open(folder);
    await journal.append(1, 'first');
    const group = await Promise.all([journal.write(1, 'a'), journal.write(1, 'b'), journal.write(1, 'c')]);
    const copy = copyAsCrashed(folder);
    flipByte(newestSegment(copy), group[0]?.position ?? 0);
    const recovered = open(copy);
    expect(await texts(recovered)).toEqual(['first']);
    expect(recovered.tornBytes).toBe((group[2]?.end ?? 0) - (group[0]?.position ?? 0));
  });

  it('may be a segment that had just begun', async () => {
    const folder = makeFolder();
    const journal = open(folder, { segmentBytes: 64 });
    await journal.append(1, 'x'.repeat(100));
    await journal.append(1, 'y'.repeat(100));
    const copy = copyAsCrashed(folder);
    truncateSync(newestSegment(copy), 0);
    const recovered = open(copy, { segmentBytes: 64 });
    await recovered.append(1, 'next');
    expect((await texts(recovered)).at(-1)).toBe('next');
  });
});

describe('a flipped byte', () => {
  it('among records that were once on disk stops the start, with file, offset and the way out', async () => {
    const folder = makeFolder();
    const journal = open(folder);
    const places = [];
    for (const text of ['one', 'two', 'three']) places.push(await journal.append(1, text));
    const damaged = places[1]?.position ?? 0;
    for (let offset = damaged; offset < (places[1]?.end ?? 0); offset += 1) {
      const copy = copyAsCrashed(folder);
      flipByte(newestSegment(copy), offset);
      expect(() => openJournal({ folder: copy })).toThrow(new RegExp(`segment is damaged at byte ${damaged}: .*move`));
    }
  });

  it('in the very last record of a crash is a torn tail; after a clean close it is damage', async () => {
    const folder = makeFolder();
    const journal = open(folder);
    await journal.append(1, 'one');
    const { end } = await journal.append(1, 'two');
    const crashed = copyAsCrashed(folder);
    flipByte(newestSegment(crashed), end - 1);
    expect(await texts(open(crashed))).toEqual(['one']);
    await journal.close();
    flipByte(newestSegment(folder), end - 1);
    expect(() => openJournal({ folder })).toThrow(/damaged/);
  });

  it('in an older segment, or a missing segment, stops the start', async () => {
    const folder = makeFolder();
    const journal = open(folder, { segmentBytes: 1024 });
    for (let index = 0; index < 12; index += 1) await journal.append(1, 'x'.repeat(300));
    const [first, second] = listSegments(copyAsCrashed(folder));
    const flipped = copyAsCrashed(folder);
    flipByte(listSegments(flipped)[1]?.path ?? '', 1);
    expect(() => openJournal({ folder: flipped })).toThrow(/damaged at byte 0/);
    const missing = copyAsCrashed(folder);
    rmSync(listSegments(missing)[1]?.path ?? '');
    expect(() => openJournal({ folder: missing })).toThrow(/the segment that follows is missing/);
    expect(second?.start).toBeGreaterThan(first?.start ?? 0);
  });
});

describe('a disk that refuses', () => {
  it('leaves nothing of a record that did not fit, and takes records again when there is room', async () => {
    const folder = makeFolder();
    const files = createFaultyFiles();
    const journal = open(folder, { files });
    await journal.append(1, 'first');
    files.roomBytes = 40;
    const refused = await Promise.allSettled([
      journal.append(1, 'x'.repeat(100)),
      journal.write(1, 'fits not, comes behind'),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await journal.check()).toMatch(/ENOSPC/);
    await nextTurn();
    files.roomBytes = Infinity;
    await journal.append(1, 'second');
    expect(await journal.check()).toBeNull();
    const copy = open(copyAsCrashed(folder));
    expect(await texts(copy)).toEqual(['first', 'second']);
    expect(copy.tornBytes).toBe(0);
  });

  it('refuses whatever is handed in before the refusal has been seen', async () => {
    const files = createFaultyFiles();
    const journal = open(makeFolder(), { files });
    files.roomBytes = 0;
    const outcomes: string[] = [];
    const note = (name: string, record: Promise<unknown>): Promise<unknown> =>
      record.then(
        () => outcomes.push(`${name} kept`),
        () => outcomes.push(`${name} refused`),
      );
    const chained = journal
      .append(1, 'a')
      .catch(() => null)
      .then(() => {
        files.roomBytes = Infinity;
        return note('b', journal.append(1, 'b'));
      });
    await chained;
    await nextTurn();
    await note('c', journal.append(1, 'c'));
    expect(outcomes).toEqual(['b refused', 'c kept']);
  });

  it.each([
    ['keeps its records', false],
    ['lost the unsynced records', true],
  ])('after a failed sync goes on in a fresh segment, also where the old one %s', async (_, lost) => {
    const folder = makeFolder();
    const files = createFaultyFiles();
    const journal = open(folder, { files });
    const { end } = await journal.append(1, 'sound');
    files.failingSyncs = 1;
    await expect(journal.append(1, 'doubtful')).rejects.toThrow(/EIO/);
    expect(await journal.check()).toMatch(/EIO/);
    await nextTurn();
    await journal.append(1, 'after');
    expect(await journal.check()).toBeNull();
    const [old, fresh] = listSegments(folder);
    expect(fresh?.start).toBeGreaterThan(end);
    if (lost)
      writeFileSync(
        old?.path ?? '',
        Buffer.alloc(fresh?.start ?? 0).fill(readFileSync(old?.path ?? '').subarray(0, end), 0, end),
      );

    const expected = lost ? ['sound', 'after'] : ['sound', 'doubtful', 'after'];
    expect(await texts(journal)).toEqual(expected);
    await journal.close();
    expect(await texts(open(folder))).toEqual(expected);
  });

  it('refuses while no fresh segment can be synced either, then goes on', async () => {
    const folder = makeFolder();
    const files = createFaultyFiles();
    const journal = open(folder, { files });
    await journal.append(1, 'sound');
    files.failingSyncs = 3;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(journal.append(1, `refused ${attempt}`)).rejects.toThrow(/EIO/);
      await nextTurn();
    }
    await journal.append(1, 'after');
    await journal.close();
    expect((await texts(open(folder))).filter((text) => !text.startsWith('refused 0'))).toEqual(['sound', 'after']);
  });

  it('is met on a real full file system', async ({ skip }) => {
    const folder = makeFolder();
    const mount = join(folder, 'mount');
    mkdirSync(mount);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount], { stdio: 'ignore' });
    } catch {
      skip('mounting a small tmpfs is not permitted here');
    }
    try {
      const journal = open(join(mount, 'journal'));
      writeFileSync(join(mount, 'ballast'), Buffer.alloc(500_000));
      const outcomes: boolean[] = [];
      for (let index = 0; index < 30; index += 1) {
        const append = journal.append(1, 'x'.repeat(50_000));
        outcomes.push(
          await append.then(
            () => true,
            () => false,
          ),
        );
      }
      const kept = outcomes.filter(Boolean).length;
      expect(kept).toBeGreaterThan(2);
      expect(kept).toBeLessThan(30);
      expect(await journal.check()).toMatch(/ENOSPC/);
      rmSync(join(mount, 'ballast'));
      await nextTurn();
      await journal.append(1, 'again');
      expect(await texts(journal)).toHaveLength(kept + 1);
      await journal.close();
      const reopened = openJournal({ folder: join(mount, 'journal') });
      expect(await texts(reopened)).toHaveLength(kept + 1);
      await reopened.close();
    } finally {
      execFileSync('umount', ['--lazy', mount]);
    }
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function flipByte(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}
