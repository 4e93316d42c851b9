import type { Command } from 'commander';
import { lockDataFolder } from '../../platform/database/data-folder-lock.ts';
import { readMigrations } from '../../platform/database/migrations.ts';
import type { Database } from '../../platform/database/port.ts';
import type { Environment } from '../environment.ts';
import { findRunningServer } from './admin-client.ts';
import { EXIT } from './exit-codes.ts';
import { CliError, printJson } from './output.ts';
import { addPlaceOptions, readPlace, type CliContext, type PlaceFlags } from './visit-control.ts';

interface MigrateFlags extends PlaceFlags {
  to?: string;
  down?: true;
  json?: true;
}

/** `reeve migrate`: the schema forward to the newest step, or back to one that is named. */
export function addMigrateCommand(program: Command, context: CliContext): void {
  const command = program
    .command('migrate')
    .description('Bring the database schema to this version, or back to a step.');
  addPlaceOptions(command)
    .option('--to <step>', 'with --down: number or name of the step to go back to; 0 is the empty database')
    .option('--down', 'go back, which drops what the later steps had made')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((flags: MigrateFlags) => migrate(context, flags));
}

async function migrate(context: CliContext, flags: MigrateFlags): Promise<void> {
  const target = findTarget(flags);
  const environment = readPlace(context, flags);
  const taken = await withDatabase(environment, (database) => database.migrate(target));
  if (flags.json) return printJson(context.streams, { steps: taken });
  for (const step of taken) context.streams.out(`${flags.down ? 'Undone' : 'Applied'} ${step}\n`);
  if (taken.length === 0) context.streams.out('Nothing to do: the schema stands where it should.\n');
}

/**
 * The step to end at. Going back drops what the later steps made, so it takes both flags: the place to stop, and the
 * word that says it is meant.
 */
function findTarget({ to, down }: MigrateFlags): string {
  const names = readMigrations().map(({ name }) => name);
  const newest = names.at(-1) ?? '';
  if (to === undefined) {
    if (down) throw wrongUse('--down takes --to: the step to go back to, or 0 for the empty database.');
    return newest;
  }
  const isNumber = /^\d+$/.test(to);
  const found =
    isNumber && Number(to) === 0
      ? ''
      : names.find((name) => name === to || (isNumber && Number.parseInt(name, 10) === Number(to)));
  if (found === undefined) throw wrongUse(`There is no step "${to}". The steps are ${names.join(', ')}.`);
  if (found !== newest && !down)
    throw wrongUse(`Going back to "${to}" drops what later steps made; add --down if you mean it.`);
  return found;
}

function wrongUse(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', message);
}

/** Opens the database alone. The embedded one belongs to a running server; it migrates at its start by itself. */
async function withDatabase<T>(environment: Environment, work: (database: Database) => Promise<T>): Promise<T> {
  const server = await findRunningServer(environment.dataDir);
  if (server !== null) {
    server.close();
    const message = 'A server runs on this data folder; it migrated when it started. Stop it to migrate by hand.';
    throw new CliError(EXIT.refused, 'conflict', message);
  }
  const { openDatabase } = await import('../open-records.ts');
  const lock = lockDataFolder(environment.dataDir);
  try {
    const database = await openDatabase(environment, lock, { debug() {}, info() {}, warn() {}, error() {} });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}

const EXAMPLES = `
Examples:
  reeve migrate
  reeve migrate --to 4 --down

"reeve serve" brings the schema up by itself; this is for those who do it apart.`;
