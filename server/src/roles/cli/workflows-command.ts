import type { Command } from 'commander';
import Type from 'typebox';
import { listAll } from './list-pages.ts';
import { printJson, printTable } from './output.ts';
import { addTenantOption } from './tenant-option.ts';
import { addPlaceOptions, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface WorkflowFlags extends PlaceFlags {
  json?: true;
  tenant: string;
}

interface ListFlags extends WorkflowFlags {
  state?: string;
  name?: string;
}

const PATH = '/api/v1/workflows';
const NullableText = Type.Union([Type.String(), Type.Null()]);
const RunSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.String(),
  reason: NullableText,
  waiting_for: NullableText,
  created_at: Type.String(),
});

/** `reeve workflows list|cancel`. What failed is settled by `reeve dead-letters`. */
export function addWorkflowsCommand(program: Command, context: CliContext): void {
  const workflows = program
    .command('workflows')
    .description('Work that survives a crash: list it, stop it.')
    .addHelpText('after', EXAMPLES);
  addCommon(workflows.command('list').description("A tenant's runs, oldest first."))
    .option('--state <state>', 'only queued, running, ready, failed or canceled ones')
    .option('--name <workflow>', 'only those of one workflow')
    .action((flags: ListFlags) => listRuns(context, flags));
  addCommon(
    workflows.command('cancel').description('Ask runs to stop.').argument('<id...>', 'ids as listed: wfl_…'),
  ).action((ids: string[], flags: WorkflowFlags) => cancelRuns(context, flags, ids));
}

function addCommon(command: Command): Command {
  return addTenantOption(addPlaceOptions(command), 'the tenant', 'default').option('--json', 'print one JSON document');
}

async function listRuns(context: CliContext, flags: ListFlags): Promise<void> {
  const query = new URLSearchParams({ tenant_id: flags.tenant });
  if (flags.name !== undefined) query.set('name', flags.name);
  if (flags.state !== undefined) query.set('state', flags.state);
  const path = `${PATH}?${query.toString()}`;
  const runs = await withControl(context, flags, (ask) => listAll(ask, path, RunSchema));
  if (flags.json) return printJson(context.streams, { data: runs });
  const rows = runs.map((run) => [run.id, run.name, run.state, run.created_at, run.reason ?? run.waiting_for ?? '']);
  printTable(context.streams, ['ID', 'WORKFLOW', 'STATE', 'CREATED', 'WHY'], rows);
}

async function cancelRuns(context: CliContext, flags: WorkflowFlags, ids: readonly string[]): Promise<void> {
  const query = new URLSearchParams({ tenant_id: flags.tenant }).toString();
  await withControl(context, flags, async (ask) => {
    for (const id of ids) await ask('POST', `${PATH}/${encodeURIComponent(id)}/cancel?${query}`);
  });
  if (flags.json) return printJson(context.streams, { cancel: ids });
  context.streams.out(`${ids.length} done: cancel\n`);
}

const EXAMPLES = `
Examples:
  reeve workflows list --state running
  reeve workflows cancel wfl_01j…`;
