import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findEffectFaults, killAgainAndAgain, openNotes, startProgram } from './kill-loop.ts';

/** Kills the little program of this suite a few times and compares what it noted with what it did. */
async function findFaults(early: '' | 'early'): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-kills-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const notes = openNotes(join(folder, 'notes'));
  const effects = join(folder, 'effects');
  const script = join(import.meta.dirname, 'kill-loop.testing.ts');
  const rounds: number[] = [];
  await killAgainAndAgain({
    kills: 3,
    start: (round) => {
      rounds.push(round);
      return startProgram({ script, args: [notes.path, effects, early], notes });
    },
    lifeMs: [30, 90],
  });
  expect(rounds).toEqual([0, 1, 2]);
  const noted = (word: string): string[] =>
    notes.read().flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  expect(noted('done').length).toBeGreaterThan(6);
  const found = readFileSync(effects, 'utf8').split('\n').slice(0, -1);
  return findEffectFaults({ acknowledged: noted('done'), asked: noted('asked'), found });
}

it('finds nothing wrong with a program that notes what it has done', async () => {
  expect(await findFaults('')).toEqual([]);
});

it('finds the program that notes what it has not done yet', async () => {
  expect((await findFaults('early')).join('\n')).toMatch(/promised, and not there/);
});

it('throws where a program ends before it is ready, or by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-kills-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const notes = openNotes(join(folder, 'notes'));
  await expect(startProgram({ script: join(folder, 'gone.ts'), notes })).rejects.toThrow('before it was ready');
});

it.each([
  [
    'an effect that is lost',
    { acknowledged: ['a', 'b'], asked: ['a', 'b'], found: ['a'] },
    'b: promised, and not there',
  ],
  ['an effect that is there twice', { acknowledged: ['a'], asked: ['a'], found: ['a', 'a'] }, 'a: there 2 times'],
  ['an effect from nowhere', { acknowledged: [], asked: ['a'], found: ['z'] }, 'z: there, and nobody asked for it'],
  [
    'accepted work that is not done',
    { acknowledged: [], asked: ['a'], found: [], allAsked: true },
    'a: promised, and not there',
  ],
])('the oracle finds %s', (_, effects, fault) => {
  expect(findEffectFaults(effects)).toEqual([fault]);
});

it('the oracle passes what was asked for, done, and not acknowledged', () => {
  expect(findEffectFaults({ acknowledged: ['a'], asked: ['a', 'b', 'c'], found: ['b', 'a'] })).toEqual([]);
});
