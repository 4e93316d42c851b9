/**
 * `npm run check:architecture`: the plan is sound, the folders follow it, and no import breaks the rule.
 * Takes another root as its argument.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { findPlanFaults, findTreeFaults, readPlan, type Plan } from './architecture-plan.ts';
import { toRules } from './architecture-rules.ts';

const CRUISED = ['contracts/src', 'server/src', 'server/test', 'server/scripts', 'console/src'];

/** Every import in the working folder that breaks a rule of the plan. The cruiser knows no other root. */
async function findViolations(plan: Plan): Promise<string[]> {
  const reply = await cruise(
    CRUISED.filter((folder) => existsSync(folder)),
    {
      ruleSet: { forbidden: toRules(plan) },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      moduleSystems: ['es6', 'tsd'],
    },
    {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default'],
    },
  );
  if (typeof reply.output === 'string') throw new TypeError('the cruiser gave text in place of a result');
  return reply.output.summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from}${to === from ? '' : ` → ${to}`}`,
  );
}

process.chdir(resolve(process.argv[2] ?? join(import.meta.dirname, '../..')));
const plan = readPlan('.');
const faults = [
  ...findPlanFaults(plan).map((fault) => `architecture.json: ${fault}`),
  ...findTreeFaults(plan, '.'),
  ...(await findViolations(plan)),
];
const standing = plan.rooms.filter((room) => existsSync(room.path));
process.stdout.write(
  faults
    .map((fault) => `${fault}\n`)
    .toSorted()
    .join(''),
);
process.stdout.write(`${standing.length} of ${plan.rooms.length} planned rooms stand, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
