import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { printJson, printTable } from './output.ts';
import { addPlaceOptions, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface ProjectionFlags extends PlaceFlags {
  json?: true;
}

const PATH = '/api/v1/projections';
const ReportSchema = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  stored_version: Type.Union([Type.Integer(), Type.Null()]),
  rebuilt_at: Type.Union([Type.String(), Type.Null()]),
});
const reportChecker = createChecker(ReportSchema);
const listChecker = createChecker(Type.Object({ data: Type.Array(ReportSchema) }));

/** `reeve projections list|rebuild`. */
export function addProjectionsCommand(program: Command, context: CliContext): void {
  const projections = program
    .command('projections')
    .description('What is computed from the log: list it, compute it anew.')
    .addHelpText('after', EXAMPLES);
  addPlaceOptions(projections.command('list').description('Every projection with its versions.'))
    .option('--json', 'print one JSON document')
    .action((flags: ProjectionFlags) => listProjections(context, flags));
  const rebuild = projections.command('rebuild').description('Compute a projection anew from the first receipt on.');
  addPlaceOptions(rebuild.argument('<name>', 'as listed'))
    .option('--json', 'print one JSON document')
    .action((name: string, flags: ProjectionFlags) => rebuildProjection(context, name, flags));
}

async function listProjections(context: CliContext, flags: ProjectionFlags): Promise<void> {
  const { data } = listChecker.parse(await withControl(context, flags, (ask) => ask('GET', PATH)));
  if (flags.json) return printJson(context.streams, { data });
  printReports(context, data);
}

async function rebuildProjection(context: CliContext, name: string, flags: ProjectionFlags): Promise<void> {
  const path = `${PATH}/${encodeURIComponent(name)}/rebuild`;
  const report = reportChecker.parse(await withControl(context, flags, (ask) => ask('POST', path)));
  if (flags.json) return printJson(context.streams, report);
  context.streams.out(`Rebuilt ${report.name}\n`);
}

function printReports({ streams }: CliContext, reports: readonly Static<typeof ReportSchema>[]): void {
  const rows = reports.map((report) => [
    report.name,
    String(report.version),
    String(report.stored_version ?? '-'),
    report.rebuilt_at ?? 'never',
  ]);
  printTable(streams, ['NAME', 'VERSION', 'STORED', 'REBUILT'], rows);
}

const EXAMPLES = `
Examples:
  reeve projections list
  reeve projections rebuild usage`;
