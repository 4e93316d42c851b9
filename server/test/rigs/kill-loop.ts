/**
 * `kill -9` again and again, with an oracle of what was acknowledged. The process under test notes what it was promised in a
 * file of its own (`openNotes`), or the test itself remembers the answers it got; afterwards both are compared with what
 * is really there (`findEffectFaults`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Few in every run; `REEVE_TEST_KILLS` asks for more. */
export const KILLS = Number(process.env['REEVE_TEST_KILLS'] ?? 5);

/** A process that can be killed; resolves when it is gone. */
export interface Victim {
  kill(): Promise<unknown>;
}

interface KillLoop<Alive extends Victim> {
  kills?: number;
  /** Starts the process over what the last kill left; resolves when it works. */
  start(round: number): Promise<Alive>;
  /** Keeps a process busy until it is gone, and then returns. */
  load?(alive: Alive, round: number): Promise<unknown>;
  /** Shortest and longest time between start and kill; drawn anew in each round, so that a kill falls anywhere. */
  lifeMs: readonly [shortest: number, longest: number];
}

/** Starts, waits, kills; nothing runs any more when it resolves. */
export async function killAgainAndAgain<Alive extends Victim>(loop: KillLoop<Alive>): Promise<void> {
  const [shortest, longest] = loop.lifeMs;
  for (let round = 0; round < (loop.kills ?? KILLS); round += 1) {
    const alive = await loop.start(round);
    const load = loop.load?.(alive, round);
    await sleep(shortest + Math.random() * (longest - shortest));
    await alive.kill();
    await load;
  }
}

/** Lines that outlive the process that wrote them. */
export interface Notes {
  path: string;
  add(line: string): void;
  /** Whole lines so far, of all processes that wrote to this file. */
  read(): string[];
}

/** A file and not a pipe: what was written to it outlives the process, and it never blocks. */
export function openNotes(path: string): Notes {
  const file = openSync(path, 'a');
  return {
    path,
    add: (line) => void writeSync(file, `${line}\n`),
    read: () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []),
  };
}

interface Program {
  /** A TypeScript file that notes `ready` when it works. */
  script: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  notes: Notes;
}

const READY_TIMEOUT_MS = 60_000;

/** Runs a script of ours as a process of its own and waits until it is ready. Throws where it ends before. */
export async function startProgram({ script, args = [], env = {}, notes }: Program): Promise<Victim & { pid: number }> {
  const seen = countReady(notes);
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir(), ...env },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4000);
  });
  const killChild = (): boolean => child.kill('SIGKILL');
  process.once('exit', killChild);
  const exited = once(child, 'exit').finally(() => process.off('exit', killChild));
  for (let waitedMs = 0; countReady(notes) === seen; waitedMs += 20) {
    if (child.exitCode !== null)
      throw new Error(`${script} ended with ${child.exitCode} before it was ready:\n${said}`);
    if (waitedMs > READY_TIMEOUT_MS) {
      killChild();
      throw new Error(`${script} was not ready after ${READY_TIMEOUT_MS} ms`);
    }
    await sleep(20);
  }
  return {
    pid: child.pid ?? 0,
    async kill() {
      killChild();
      const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
      if (signal !== 'SIGKILL')
        throw new Error(`${script} ended by itself (${code ?? signal}) before it was killed:\n${said}`);
    },
  };
}

function countReady(notes: Notes): number {
  return notes.read().filter((line) => line === 'ready').length;
}

interface Effects {
  /** Ids of what somebody was told is done. */
  acknowledged: Iterable<string>;
  /** Ids of all that was asked for, acknowledged or not. */
  asked: Iterable<string>;
  /** The id of each effect that is really there, one entry per effect. */
  found: Iterable<string>;
  /** `true`: what was asked for must be there too, as where work was accepted before it is done. */
  allAsked?: boolean;
}

/** One line for each effect that is lost, doubled, or that nobody asked for; none where each is there exactly once. */
export function findEffectFaults({ acknowledged, asked, found, allAsked = false }: Effects): string[] {
  const counts = new Map<string, number>();
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1);
  const wanted = new Set(asked);
  const promised = new Set(allAsked ? [...acknowledged, ...wanted] : acknowledged);
  const lost = [...promised].filter((id) => !counts.has(id)).map((id) => `${id}: promised, and not there`);
  const wrong = [...counts].flatMap(([id, count]) => [
    ...(count > 1 ? [`${id}: there ${count} times`] : []),
    ...(wanted.has(id) || promised.has(id) ? [] : [`${id}: there, and nobody asked for it`]),
  ]);
  return [...lost, ...wrong];
}
