import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const SCRIPT = new URL('../../scripts/new.ts', import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), 'reeve-new-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const make = (...args: string[]): string =>
  execFileSync(process.execPath, [SCRIPT, ...args, root], { encoding: 'utf8', stdio: 'pipe' });

describe('npm run new', () => {
  it.each([
    ['adapter', 'server/src/path/adapters/two-words', ['index.ts', 'two-words-client.ts', 'call-to-two-words.ts']],
    ['surface', 'server/src/edges/surfaces/two-words', ['two-words-routes.ts', 'two-words-to-call.ts']],
  ])('makes the files of a new %s, every name filled in', (kind, folder, files) => {
    expect(make(kind, 'two-words')).toContain('Now:');
    const made = readdirSync(join(root, folder));
    expect(made).toEqual(expect.arrayContaining(files));
    const texts = made.map((file) => readFileSync(join(root, folder, file), 'utf8')).join('\n');
    expect(texts).not.toMatch(/__|NAME/);
    expect(texts).toContain('TwoWords');
    expect(() => make(kind, 'two-words')).toThrow(/stands already/);
  });

  it.each([
    ['room', 'x'],
    ['adapter', 'Not A Name'],
  ])('refuses %s %s', (kind, name) => {
    expect(() => make(kind, name)).toThrow(/Usage/);
  });
});
