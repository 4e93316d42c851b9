import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPlanFaults, findTreeFaults, readPlan } from '../../scripts/architecture-plan.ts';

const root = resolve(import.meta.dirname, '../../..');
const plan = readPlan(root);

/** One fault per row: the rule that must catch it, where it is planted, and what it imports. */
const SEEDED: [rule: string, file: string, imports: string][] = [
  ['import-resolves', 'server/src/kernel/seed-a.ts', './nowhere.ts'],
  ['no-cycle', 'server/src/kernel/seed-b.ts', './seed-c.ts'],
  ['no-orphan', 'server/src/gates/policy/seed-d.ts', '#kernel'],
  ['no-test-code-in-source', 'server/src/gates/policy/seed-e.ts', './decide-call.test.ts'],
  ['no-test-code-in-source', 'server/src/gates/policy/seed-f.ts', '#platform/clock/testing.ts'],
  ['contracts-stand-alone', 'contracts/src/seed-g.ts', 'fastify'],
  ['contracts-stand-alone', 'contracts/src/seed-h.ts', '../../server/src/kernel/index.ts'],
  ['contracts-through-the-door', 'server/src/kernel/seed-i.ts', '../../../contracts/src/names.ts'],
  ['kernel-is-the-floor', 'server/src/kernel/seed-j.ts', '#platform/database/port.ts'],
  ['kernel-is-the-floor', 'server/src/kernel/seed-k.ts', 'node:fs'],
  ['kernel-through-the-door', 'server/src/gates/policy/seed-l.ts', '../../kernel/money.ts'],
  ['platform-below-rooms', 'server/src/platform/clock/seed-m.ts', '#policy'],
  ['platform-through-ports', 'server/src/platform/telemetry/seed-n.ts', '../clock/system-clock.ts'],
  ['rooms-see-only-ports', 'server/src/gates/policy/seed-o.ts', '#platform/clock/system-clock.ts'],
  ['nobody-imports-roles', 'server/src/gates/policy/seed-p.ts', '../../roles/environment.ts'],
  ['nobody-imports-roles', 'server/src/platform/clock/seed-q.ts', '../../roles/environment.ts'],
  ['roles-use-the-door', 'server/src/roles/seed-r.ts', '../gates/policy/decide-call.ts'],
  ['neighbours-do-not-mix', 'server/src/path/adapters/seed-one/seed-s.ts', '../seed-two/index.ts'],
  ['edge-not-declared', 'server/src/gates/policy/seed-t.ts', '#calls'],
  ['only-through-the-door', 'server/src/path/calls/seed-u.ts', '../../gates/policy/decide-call.ts'],
  ['not-through-own-door', 'server/src/gates/policy/seed-v.ts', './index.ts'],
  ['one-exit', 'server/src/gates/policy/seed-w.ts', 'node:https'],
  ['package-in-its-place', 'server/src/path/calls/seed-x.ts', 'undici'],
  ['package-in-its-place', 'server/src/path/calls/seed-y.ts', 'kysely'],
  ['console-stands-apart', 'console/src/app/seed-z.ts', '../../../server/src/kernel/index.ts'],
  ['server-without-console', 'server/src/roles/seed-aa.ts', '../../../console/src/ui/chart-shape.ts'],
  ['console-through-the-door', 'console/src/pages/design/seed-ab.ts', '../../app/session.ts'],
  ['console-through-the-door', 'console/src/pages/design/seed-ac.ts', '../sign-in/search.ts'],
  ['console-floors', 'console/src/ui/seed-ad.ts', '#app'],
  ['design-system-alone', 'console/src/pages/design/seed-ae.ts', 'uplot'],
];

describe('the rule of the house', () => {
  it('holds in the repository', async () => {
    const { faults, exitCode } = await checkArchitecture(root);
    expect(faults).toEqual([]);
    expect(exitCode).toBe(0);
  });
});

describe('seeded faults', () => {
  let copy: string;
  let found: Outcome;

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'reeve-house-'));
    for (const path of ['architecture.json', 'contracts', 'server', 'console']) {
      const outside = (source: string): boolean => !/node_modules|\.prepared|dist/.test(source);
      cpSync(join(root, path), join(copy, path), { recursive: true, filter: outside });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    plant(copy, 'server/src/path/adapters/seed-two/index.ts', 'node:path');
    plant(copy, 'server/src/kernel/seed-c.ts', './seed-b.ts');
    for (const [, file, imports] of SEEDED) plant(copy, file, imports);
    found = await checkArchitecture(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(SEEDED)('%s catches %s', (rule, file) => {
    expect(found.faults.map((fault) => fault.split(' → ')[0])).toContain(`${rule}: ${file}`);
  });

  it('make the command fail', () => expect(found.exitCode).toBe(1));

  it('finds a folder and an import name that the plan does not know', () => {
    mkdirSync(join(copy, 'server/src/gates/utils'));
    writeFileSync(join(copy, 'server/package.json'), JSON.stringify({ imports: { '#tools': './src/tools.ts' } }));
    expect(findTreeFaults(plan, copy)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('server/src/gates/utils'),
        expect.stringContaining('#tools'),
        expect.stringContaining('#policy'),
      ]),
    );
  });
});

describe('the plan', () => {
  const withRoom = (name: string, change: { imports?: string[]; tables?: string[] }): string[] =>
    findPlanFaults({ ...plan, rooms: plan.rooms.map((room) => (room.name === name ? { ...room, ...change } : room)) });

  it('refuses an edge that points forward', () => {
    expect(withRoom('audit', { imports: ['identity'] })).toEqual([
      'audit → identity: an edge points to an earlier room',
    ]);
  });
  it('refuses an edge to nowhere', () => {
    expect(withRoom('calls', { imports: ['utils'] })).toEqual(['calls → utils: there is no such room']);
  });
  it('refuses a table with two owners', () => {
    expect(withRoom('policy', { tables: ['receipt'] })).toEqual(['table receipt belongs to audit and to policy']);
  });
});

interface Outcome {
  faults: string[];
  exitCode: number;
}

function checkArchitecture(folder: string): Promise<Outcome> {
  const script = join(root, 'server/scripts/check-architecture.ts');
  return new Promise((done) => {
    execFile(process.execPath, [script, folder], (error, stdout) => {
      done({ faults: stdout.trim().split('\n').slice(0, -1), exitCode: error === null ? 0 : Number(error.code) });
    });
  });
}

/** Type-only, so that a seeded fault is caught even where nothing is left of it at run time. */
function plant(folder: string, file: string, imports: string): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import type * as seed from '${imports}';\nexport type Seed = typeof seed;\n`);
}
