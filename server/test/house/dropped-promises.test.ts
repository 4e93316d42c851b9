import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { findDroppedPromises } from './dropped-promises.ts';

const root = resolve(import.meta.dirname, '../../..');
const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), undefined, {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (fault) => {
    throw new Error(ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
  },
});

it('no promise is dropped in the repository', { timeout: 300_000 }, () => {
  const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {});
  const ours = (path: string): boolean => !path.includes('/node_modules/') && !path.endsWith('.d.ts');
  expect(findDroppedPromises(program, ours)).toEqual([]);
});

it.each([
  ['work();', 1],
  ['work().then(() => 1);', 1],
  ['Math.abs(1) > 2 || work();', 1],
  ['const later = async () => { work(); };\nawait later();', 1],
  ['await work();', 0],
  ['void work();', 0],
  ['work().catch(() => 1);', 0],
  ['work().catch(() => 1).finally(() => 2);', 0],
  ['work().finally(() => 2);', 1],
  ['let kept: Promise<void>; kept = work(); await kept;', 0],
])('seeded: %s drops %i', { timeout: 120_000 }, (text, count) => {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-promise-'));
  try {
    const file = join(folder, 'seed.ts');
    writeFileSync(file, `async function work(): Promise<void> {}\n${text}\nexport {};\n`);
    const program = ts.createProgram([file], { ...config?.options, types: [], noEmit: true });
    expect(findDroppedPromises(program, (path) => path === file)).toHaveLength(count);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
