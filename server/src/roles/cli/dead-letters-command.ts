import type { Command } from 'commander';
import Type from 'typebox';
import { listAll } from './list-pages.ts';
import { printJson, printTable } from './output.ts';
import { addTenantOption } from './tenant-option.ts';
import { addPlaceOptions, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface LetterFlags extends PlaceFlags {
  json?: true;
  tenant?: string;
}

interface ListFlags extends LetterFlags {
  source?: string;
  name?: string;
}

interface SettleFlags extends LetterFlags {
  reason?: string;
}

const PATH = '/api/v1/dead-letters';
const LetterSchema = Type.Object({
  id: Type.String(),
  source: Type.String(),
  tenant_id: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  created_at: Type.String(),
  reason: Type.String(),
});

/** `reeve dead-letters list|replay|discard`. */
export function addDeadLettersCommand(program: Command, context: CliContext): void {
  const letters = program
    .command('dead-letters')
    .description('Events, runs and deliveries that were given up: list them, try them again, let them go.')
    .addHelpText('after', EXAMPLES);
  addCommon(letters.command('list').description('What was given up, with the reason.'))
    .option('--source <source>', 'only of events, workflows or webhooks')
    .option('--name <name>', 'only of one consumer or workflow')
    .action((flags: ListFlags) => listLetters(context, flags));
  const verbs = [
    { verb: 'replay', what: 'Try them again.' },
    { verb: 'discard', what: 'Let them go for good.' },
  ] as const;
  for (const { verb, what } of verbs) {
    addCommon(letters.command(verb).description(what).argument('<id...>', 'ids as listed'))
      .option('--reason <text>', 'why, for whoever asks later')
      .action((ids: string[], flags: SettleFlags) => settleLetters(context, flags, { ids, verb }));
  }
}

function addCommon(command: Command): Command {
  return addTenantOption(addPlaceOptions(command), 'as this tenant sees it; default: all of the installation').option(
    '--json',
    'print one JSON document',
  );
}

async function listLetters(context: CliContext, flags: ListFlags): Promise<void> {
  const query = toQuery({ tenant_id: flags.tenant, source: flags.source, name: flags.name });
  const letters = await withControl(context, flags, (ask) => listAll(ask, `${PATH}${query}`, LetterSchema));
  if (flags.json) return printJson(context.streams, { data: letters });
  const rows = letters.map((letter) => [
    letter.id,
    letter.name,
    letter.tenant_id ?? '',
    letter.created_at,
    letter.reason,
  ]);
  printTable(context.streams, ['ID', 'FAILED AT', 'TENANT', 'SINCE', 'WHY'], rows);
}

interface Settling {
  ids: readonly string[];
  verb: 'replay' | 'discard';
}

async function settleLetters(context: CliContext, flags: SettleFlags, { ids, verb }: Settling): Promise<void> {
  const { tenant, reason } = flags;
  await withControl(context, flags, async (ask) => {
    for (const id of ids) {
      const path = `${PATH}/${encodeURIComponent(id)}`;
      if (verb === 'discard') await ask('DELETE', `${path}${toQuery({ tenant_id: tenant, reason })}`);
      else await ask('POST', `${path}/replay${toQuery({ tenant_id: tenant })}`, reason === undefined ? {} : { reason });
    }
  });
  if (flags.json) return printJson(context.streams, { [verb]: ids });
  context.streams.out(`${ids.length} done: ${verb}\n`);
}

function toQuery(fields: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

const EXAMPLES = `
Examples:
  reeve dead-letters list --source webhooks
  reeve dead-letters replay wfl_01j…`;
