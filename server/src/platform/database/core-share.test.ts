import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CoreShare } from './core-share.ts';
import { tempFolder } from './pglite-database.testing.ts';
import { ensurePrepared } from './prepare-template.ts';
import { SyncingFileSystem } from './syncing-file-system.ts';

describe('a long statement', () => {
  it('rests after each half millisecond, a short one never, nor does the start of the engine', () => {
    const rests: number[] = [];
    let nowMs = 1000;
    const core = new CoreShare({ nowMs: () => nowMs, sleep: () => rests.push(nowMs) });
    const compute = (ms: number): void => {
      nowMs += ms;
      core.rest();
    };
    compute(20);
    expect(rests).toEqual([]);

    nowMs = 1000;
    core.begin();
    for (const ms of [0.2, 0.2, 0.2, 0.2, 0.2, 0.2]) compute(ms);
    expect(rests.map((at) => at - 1000)).toEqual([0.6, 1.2].map((ms) => expect.closeTo(ms)));

    nowMs += 10;
    core.begin();
    compute(0.4);
    expect(rests).toHaveLength(2);
  });

  it('comes by where it can rest, in a batch of receipts as in a scan', async () => {
    const folder = join(tempFolder(), 'database');
    cpSync(await ensurePrepared(), folder, { recursive: true });
    let looks = 0;
    const files = new SyncingFileSystem(folder, { onSync: () => undefined, onLook: () => (looks += 1) });
    const engine = await PGlite.create({ fs: files });
    onTestFinished(() => engine.close());
    await engine.exec('create table filled (body text)');
    const looksOf = async (statement: string): Promise<number> => {
      looks = 0;
      await engine.exec(statement);
      return looks;
    };
    expect(await looksOf(`insert into filled select repeat('x', 1800) from generate_series(1, 128)`)).toBeGreaterThan(
      16,
    );
    // More than the engine's buffers hold.
    await engine.exec(`insert into filled select repeat('x', 1800) from generate_series(1, 20000)`);
    expect(await looksOf('select count(length(body)) from filled')).toBeGreaterThan(200);
  });
});
