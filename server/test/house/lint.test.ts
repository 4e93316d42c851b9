import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** One fault per rule that the house leans on: the rule, the file, its text. */
const SEEDED: [rule: string, file: string, text: string][] = [
  ['import(no-cycle)', 'cycle-one.ts', "import './cycle-two.ts';\nexport const one = 1;"],
  ['import(no-default-export)', 'default.ts', 'export default 1;'],
  ['typescript(no-explicit-any)', 'loose.ts', 'export const loose = (a: any): number => Number(a);'],
  ['typescript(no-non-null-assertion)', 'bang.ts', 'export const bang = (a?: string): string => a!;'],
  ['typescript(consistent-type-imports)', 'types.ts', "import { Stats } from 'node:fs';\nexport type S = Stats;"],
  ['typescript(ban-ts-comment)', 'silenced.ts', '// @ts-ignore\nexport const silenced = 1;'],
  ['eslint(no-throw-literal)', 'thrown.ts', "export function fail(): never { throw 'no'; }"],
  ['eslint(no-empty)', 'swallowed.ts', 'export function swallow(work: () => void): void { try { work(); } catch {} }'],
  ['eslint(no-unused-vars)', 'unused.ts', "import { join } from 'node:path';\nexport const unused = 1;"],
  ['eslint(no-console)', 'console.ts', "console.log('a');"],
  ['eslint(no-warning-comments)', 'reminder.ts', `// ${'TO'}${'DO'}: later\nexport const reminder = 1;`],
  ['node(no-process-env)', 'environment.ts', "export const environment = process.env['A'];"],
  ['eslint(max-lines)', 'long.ts', 'export {};\n'.repeat(301)],
  ['eslint(max-lines-per-function)', 'deed.ts', `export function deed(): void {${'\n  deed();'.repeat(61)}\n}`],
  ['eslint(max-params)', 'params.ts', 'export const params = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e];'],
  [
    'eslint(max-depth)',
    'deep.ts',
    `export function deep(): void { ${'if (deep) {'.repeat(4)} deep(); ${'}'.repeat(5)}`,
  ],
  ['unicorn(filename-case)', 'CamelCase.ts', 'export const camel = 1;'],
  ['unicorn(prefer-node-protocol)', 'protocol.ts', "import { join } from 'path';\nexport const p = join('a');"],
  ['Unused oxlint-disable', 'pardon.ts', '// oxlint-disable-next-line no-console\nexport const pardon = 1;'],
];

interface Diagnostic {
  code?: string;
  message: string;
  filename: string;
}

describe('seeded faults in a room', () => {
  let copy: string;
  let found: Diagnostic[];

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'reeve-lint-'));
    cpSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'));
    plant(copy, 'cycle-two.ts', "import './cycle-one.ts';\nexport const two = 2;");
    for (const [, file, text] of SEEDED) plant(copy, file, text);
    found = await lint(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(SEEDED)('%s in %s', (rule, file) => {
    const said = found
      .filter(({ filename }) => filename.endsWith(`/${file}`))
      .map(({ code, message }) => code ?? message);
    expect(said.some((text) => text.startsWith(rule))).toBe(true);
  });
});

const ROOM = 'server/src/gates/policy';

function plant(folder: string, file: string, text: string): void {
  const path = join(folder, ROOM, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

function lint(folder: string): Promise<Diagnostic[]> {
  const command = join(root, 'node_modules/.bin/oxlint');
  return new Promise((done) => {
    execFile(command, ['--format', 'json'], { cwd: folder }, (_error, stdout) => {
      done((JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics);
    });
  });
}
