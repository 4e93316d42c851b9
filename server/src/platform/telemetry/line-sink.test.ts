import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/system-clock.ts';
import { createVirtualClock } from '../clock/testing.ts';
import { createLineSink, type LineTarget } from './line-sink.ts';
import { openRotatingFile } from './rotating-file.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-log-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A target that fails or hangs on command. */
function createTarget() {
  const state = { text: '', fail: false, hang: false };
  const target: LineTarget = {
    append(bytes) {
      if (state.hang) return new Promise(() => {});
      if (state.fail) return Promise.reject(new Error('ENOSPC'));
      state.text += bytes.toString();
      return Promise.resolve();
    },
    appendSync(bytes) {
      if (state.fail) throw new Error('ENOSPC');
      state.text += bytes.toString();
    },
    close() {},
  };
  return { state, target };
}

describe('a line sink', () => {
  it('gathers lines and writes them a moment later, or at once when hurried', async () => {
    const clock = createVirtualClock();
    const { state, target } = createTarget();
    const sink = createLineSink(target, clock);
    sink.write('a\n');
    sink.write('b\n');
    expect(state.text).toBe('');
    clock.advance(50);
    expect(state.text).toBe('a\nb\n');
    await settle();
    sink.write('c\n');
    sink.hurry();
    expect(state.text).toBe('a\nb\nc\n');
  });

  it('writes the rest on close', async () => {
    const { state, target } = createTarget();
    const sink = createLineSink(target, systemClock);
    sink.write('a\n');
    await sink.close();
    expect(state.text).toBe('a\n');
  });

  it('counts what it lost and says so once the target takes lines again', async () => {
    const { state, target } = createTarget();
    const sink = createLineSink(target, systemClock);
    state.fail = true;
    sink.write('a\n');
    sink.write('b\n');
    sink.hurry();
    await settle();
    state.fail = false;
    sink.write('c\n');
    await sink.close();
    const lines = state.text.trim().split('\n');
    expect(lines[0]).toBe('c');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'warn', lines: 2, message: 'log lines were dropped' });
  });

  it('keeps a bound on what waits for a stuck target, and closes all the same', async () => {
    const clock = createVirtualClock();
    const { state, target } = createTarget();
    const sink = createLineSink(target, clock);
    state.hang = true;
    const line = `${'x'.repeat(1023)}\n`;
    for (let index = 0; index < 10_000; index += 1) sink.write(line);
    const closing = sink.close();
    clock.advance(1_000);
    await closing;
    expect(state.text.length).toBeLessThan(4 * 1024 * 1024 + 200);
    expect(JSON.parse(state.text.trim().split('\n').at(-1) ?? '')).toMatchObject({ lines: expect.any(Number) });
  });
});

describe('standard error', () => {
  const script = `
    import { createLineSink, createStderrTarget } from '${new URL('line-sink.ts', import.meta.url).href}';
    import { systemClock } from '${new URL('../clock/system-clock.ts', import.meta.url).href}';
    const sink = createLineSink(createStderrTarget(), systemClock);
    let turns = 0;
    const timer = setInterval(async () => {
      for (let index = 0; index < 300; index += 1) sink.write('x'.repeat(1000) + '\\n');
      if ((turns += 1) < 10) return;
      clearInterval(timer);
      await sink.close();
      console.log('worked on');
      process.exit(0);
    }, 20);`;

  async function run(treatStderr: (stderr: NodeJS.ReadableStream & { destroy(): void }) => void): Promise<string> {
    const child = spawn('node', ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    treatStderr(child.stderr);
    let text = '';
    child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const killer = setTimeout(() => child.kill('SIGKILL'), 8_000);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    clearTimeout(killer);
    child.stderr.destroy();
    return `${text.trim()}, ${String(code)}`;
  }

  it('may be closed by its reader', async () => {
    expect(await run((stderr) => stderr.destroy())).toBe('worked on, 0');
  });

  it('may be left unread: neither the work nor the exit waits', async () => {
    expect(await run((stderr) => stderr.pause())).toBe('worked on, 0');
  });
});

describe('a rotating file', () => {
  const parts = (): string[] => readdirSync(folder).toSorted();
  const append = (target: LineTarget, text: string): Promise<void> => target.append(Buffer.from(text));

  it('starts anew at its size and keeps every line', async () => {
    const clock = createVirtualClock();
    const file = openRotatingFile(join(folder, 'reeve.log'), clock, { sizeBytesMax: 10, keepDays: 90, keepParts: 10 });
    for (const line of ['one one\n', 'two two\n', 'three\n']) await append(file, line);
    file.close();
    expect(parts()).toEqual(['reeve.log', 'reeve.log.2023-11-14.1', 'reeve.log.2023-11-14.2']);
    const text = ['reeve.log.2023-11-14.1', 'reeve.log.2023-11-14.2', 'reeve.log'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
    expect(text.join('')).toBe('one one\ntwo two\nthree\n');
  });

  it('starts anew each day, also over a restart', async () => {
    const clock = createVirtualClock();
    const path = join(folder, 'reeve.log');
    writeFileSync(path, 'yesterday\n');
    utimesSync(path, new Date(clock.now() - 86_400_000), new Date(clock.now() - 86_400_000));
    const file = openRotatingFile(path, clock);
    await append(file, 'today\n');
    clock.advance(86_400_000);
    await append(file, 'tomorrow\n');
    file.close();
    expect(parts()).toEqual(['reeve.log', 'reeve.log.2023-11-13.1', 'reeve.log.2023-11-14.1']);
    expect(readFileSync(path, 'utf8')).toBe('tomorrow\n');
  });

  it('forgets old parts by age and by number, and touches no other file', async () => {
    const clock = createVirtualClock();
    for (const name of [
      'reeve.log.2023-01-01.1',
      'reeve.log.2023-11-10.1',
      'reeve.log.2023-11-10.2',
      'reeve.log.bak',
      'other',
    ]) {
      writeFileSync(join(folder, name), '');
    }
    const file = openRotatingFile(join(folder, 'reeve.log'), clock, { sizeBytesMax: 4, keepDays: 90, keepParts: 2 });
    await append(file, 'abc\n');
    await append(file, 'def\n');
    file.close();
    expect(parts()).toEqual([
      'other',
      'reeve.log',
      'reeve.log.2023-11-10.2',
      'reeve.log.2023-11-14.1',
      'reeve.log.bak',
    ]);
  });

  it('rejects while its folder is away and goes on when it is back', async () => {
    const clock = createVirtualClock();
    const path = join(folder, 'logs.log');
    const file = openRotatingFile(path, clock, { sizeBytesMax: 4, keepDays: 90, keepParts: 10 });
    await append(file, 'abc\n');
    rmSync(folder, { recursive: true });
    await expect(append(file, 'def\n')).rejects.toThrow('ENOENT');
    await expect(append(file, 'def\n')).rejects.toThrow('ENOENT');
    folder = mkdtempSync(join(tmpdir(), 'reeve-log-'));
    file.close();
  });
});
