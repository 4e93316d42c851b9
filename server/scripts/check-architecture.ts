/** `npm run check:architecture`: the plan is sound, the folders follow it, and no import breaks the rule. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { findPlanFaults, findTreeFaults, readPlan } from './architecture-plan.ts';
import { toRules } from './architecture-rules.ts';

export interface Violation {
  rule: string;
  from: string;
  to: string;
}

const CRUISED = ['contracts/src', 'server/src', 'server/test', 'server/scripts'];

/** Every import under `root` that breaks a rule of its plan. Takes a few seconds. */
export async function findViolations(root: string): Promise<Violation[]> {
  const reply = await cruise(
    CRUISED.filter((folder) => existsSync(join(root, folder))),
    {
      baseDir: root,
      ruleSet: { forbidden: toRules(readPlan(root)) },
      validate: true,
      tsPreCompilationDeps: true,
      combinedDependencies: true,
      doNotFollow: { path: 'node_modules' },
      moduleSystems: ['es6', 'tsd'],
    },
    {
      extensions: ['.ts', '.js', '.mjs', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default'],
    },
  );
  if (typeof reply.output === 'string') throw new TypeError('the cruiser gave text in place of a result');
  return reply.output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

async function main(): Promise<void> {
  const root = resolve(import.meta.dirname, '../..');
  const plan = readPlan(root);
  const violations = await findViolations(root);
  const faults = [
    ...findPlanFaults(plan).map((fault) => `architecture.json: ${fault}`),
    ...findTreeFaults(plan, root),
    ...violations.map(({ rule, from, to }) => `${rule}: ${from}${to === from ? '' : ` → ${to}`}`),
  ];
  if (faults.length === 0) {
    const present = plan.rooms.filter((room) => existsSync(join(root, room.path)));
    process.stdout.write(`The house stands: ${present.length} of ${plan.rooms.length} planned rooms, no fault.\n`);
    return;
  }
  process.stdout.write(`${faults.toSorted().join('\n')}\n${faults.length} faults\n`);
  process.exitCode = 1;
}

const started = process.argv[1];
if (started !== undefined && import.meta.url === pathToFileURL(started).href) await main();
