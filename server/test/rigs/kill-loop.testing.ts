/** Run as a process of its own: does a piece of work without end, and notes each one when it is done. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openNotes } from './kill-loop.ts';

const [, , notesPath = '', effectsPath = '', early = ''] = process.argv;
const notes = openNotes(notesPath);
notes.add('ready');
for (let turn = 0; ; turn += 1) {
  const id = `${process.pid}-${turn}`;
  notes.add(`asked ${id}`);
  if (early === 'early') notes.add(`done ${id}`);
  await sleep(2);
  appendFileSync(effectsPath, `${id}\n`);
  if (early === '') notes.add(`done ${id}`);
}
