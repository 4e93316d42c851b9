import type { Command } from 'commander';
import Type from 'typebox';
import { listAll } from './list-pages.ts';
import { printJson, printTable } from './output.ts';
import { addPlaceOptions, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface WorkflowFlags extends PlaceFlags {
  json?: true;
  tenant: string;
}

interface ListFlags extends WorkflowFlags {
  state?: string;
  name?: string;
  dead?: true;
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

/** `reeve workflows list|cancel|replay|discard`. */
export function addWorkflowsCommand(program: Command, context: CliContext): void {
  const workflows = program
    .command('workflows')
    .description('Work that survives a crash: list it, stop it, do what failed again.')
    .addHelpText('after', EXAMPLES);
  addCommon(workflows.command('list').description("A tenant's runs, oldest first."))
    .option('--state <state>', 'only queued, running, ready, failed or canceled ones')
    .option('--name <workflow>', 'only those of one workflow')
    .option('--dead', 'only failed runs that nobody has discarded')
    .action((flags: ListFlags) => listRuns(context, flags));
  const verbs = [
    { verb: 'cancel', what: 'Ask runs to stop.', method: 'POST', path: (id: string) => `${PATH}/${id}/cancel` },
    { verb: 'replay', what: 'Run failed ones again.', method: 'POST', path: (id: string) => `${DEAD}/${id}/replay` },
    { verb: 'discard', what: 'Give failed runs up.', method: 'DELETE', path: (id: string) => `${DEAD}/${id}` },
  ];
  for (const { verb, what, method, path } of verbs) {
    addCommon(workflows.command(verb).description(what).argument('<id...>', 'ids as listed: wfl_…')).action(
      (ids: string[], flags: WorkflowFlags) => changeRuns(context, flags, { ids, verb, method, path }),
    );
  }
}

const DEAD = `${PATH}/dead-letters`;

function addCommon(command: Command): Command {
  return addPlaceOptions(command)
    .option('--tenant <id>', 'the tenant', 'default')
    .option('--json', 'print one JSON document');
}

async function listRuns(context: CliContext, flags: ListFlags): Promise<void> {
  const query = new URLSearchParams({ tenant_id: flags.tenant });
  if (flags.name !== undefined) query.set('name', flags.name);
  if (flags.state !== undefined && !flags.dead) query.set('state', flags.state);
  const path = `${flags.dead ? DEAD : PATH}?${query.toString()}`;
  const runs = await withControl(context, flags, (ask) => listAll(ask, path, RunSchema));
  if (flags.json) return printJson(context.streams, { data: runs });
  const rows = runs.map((run) => [run.id, run.name, run.state, run.created_at, run.reason ?? run.waiting_for ?? '']);
  printTable(context.streams, ['ID', 'WORKFLOW', 'STATE', 'CREATED', 'WHY'], rows);
}

interface Change {
  ids: readonly string[];
  verb: string;
  method: string;
  path(id: string): string;
}

async function changeRuns(context: CliContext, flags: WorkflowFlags, change: Change): Promise<void> {
  const query = new URLSearchParams({ tenant_id: flags.tenant }).toString();
  await withControl(context, flags, async (ask) => {
    for (const id of change.ids) await ask(change.method, `${change.path(encodeURIComponent(id))}?${query}`);
  });
  if (flags.json) return printJson(context.streams, { [change.verb]: change.ids });
  context.streams.out(`${change.ids.length} done: ${change.verb}\n`);
}

const EXAMPLES = `
Examples:
  reeve workflows list --dead
  reeve workflows replay wfl_01j…`;
