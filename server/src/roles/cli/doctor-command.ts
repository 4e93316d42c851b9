import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { Finding } from './findings.ts';
import { printJson } from './output.ts';
import { addPlaceOptions, type CliContext, type PlaceFlags } from './visit-control.ts';

interface DoctorFlags extends PlaceFlags {
  json?: true;
}

/** `reeve doctor`: what is configured, reachable and missing, each fault with its mend. Changes nothing, costs nothing. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .description('Say what is configured, reachable and missing, and how to mend it.');
  addPlaceOptions(command)
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((flags: DoctorFlags) => report(context, flags));
}

async function report(context: CliContext, flags: DoctorFlags): Promise<void> {
  const { examine } = await import('./examine.ts');
  const findings = await examine(context, flags);
  const broken = findings.filter(({ state }) => state === 'broken').length;
  if (broken > 0) context.exitCode = EXIT.failed;
  if (flags.json) return printJson(context.streams, { ok: broken === 0, findings });
  for (const section of ['configured', 'reachable', 'missing'] as const) {
    const inside = findings.filter((finding) => finding.section === section);
    if (inside.length > 0) printSection(context, section, inside);
  }
  context.streams.out(broken === 0 ? '\nNothing is broken.\n' : `\n${broken} broken: see the mends above.\n`);
}

const MARK = { ok: 'ok', note: '--', warning: '??', broken: '!!' } as const;

function printSection({ streams }: CliContext, section: string, findings: readonly Finding[]): void {
  streams.out(`\n${section.toUpperCase()}\n`);
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { state, name, detail, mend } of findings) {
    streams.out(`  ${MARK[state]}  ${name.padEnd(width)}  ${detail}\n`);
    if (mend !== null) streams.out(`      ${' '.repeat(width)}  → ${mend}\n`);
  }
}

const EXAMPLES = `
Marks: ok · -- for information · ?? look at it · !! broken (the exit code is then 1)

Examples:
  reeve doctor
  reeve doctor --json --config ./reeve.yaml`;
