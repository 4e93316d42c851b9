/** What the kernel knows of a process: CPU time by thread, resident memory. Linux only. */
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** `/proc/<pid>/stat` counts in hundredths of a second on every Linux that Node runs on. */
const MS_PER_TICK = 10;
const QUIET_WINDOW_MS = 300;
const QUIET_CPU_MS = 20;

export interface CpuTime {
  mainThreadMs: number;
  processMs: number;
}

/** CPU time since the process began, user and system. */
export async function readCpu(pid: number): Promise<CpuTime> {
  const [main, whole] = await Promise.all([
    readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  return { mainThreadMs: toCpuMs(main), processMs: toCpuMs(whole) };
}

export async function readRssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Resolves when the process has next to nothing left to do, or after `limitMs`. */
export async function waitUntilQuiet(pid: number, limitMs = 10_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  let before = await readCpu(pid);
  while (performance.now() < endMs) {
    await wait(QUIET_WINDOW_MS);
    const now = await readCpu(pid);
    if (now.processMs - before.processMs <= QUIET_CPU_MS) return;
    before = now;
  }
}

function toCpuMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
