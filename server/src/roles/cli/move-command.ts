import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { DataFolderBusyError } from '../../platform/database/data-folder-lock.ts';
import type { MoveResult } from '../move.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './output.ts';
import { createProgressView, type ProgressView } from './progress.ts';
import { addPlaceOptions, readPlace, type CliContext, type PlaceFlags } from './visit-control.ts';

interface MoveFlags extends PlaceFlags {
  to?: string;
  toFile?: string;
  json?: true;
}

/** `reeve move`: from the embedded database to PostgreSQL. */
export function addMoveCommand(program: Command, context: CliContext): void {
  const command = program
    .command('move')
    .description('Move everything from the embedded database to PostgreSQL, and compare both.')
    .option('--to <url>', 'the empty database to move into, postgres://…')
    .option('--to-file <file>', 'a file that holds this URL, so that its password is seen nowhere');
  addPlaceOptions(command)
    .option('--json', 'print progress and result as lines of JSON')
    .addHelpText('after', EXAMPLES)
    .action((flags: MoveFlags) => move(context, flags));
}

async function move(context: CliContext, flags: MoveFlags): Promise<void> {
  const url = readTarget(flags);
  const { dataDir, databaseUrl } = readPlace(context, flags);
  if (databaseUrl !== null) {
    throw refused(
      'REEVE_DATABASE_URL is set, so this Reeve is on PostgreSQL already. Unset it to move what is embedded.',
    );
  }
  const { streams } = context;
  const terminal = process.stderr.isTTY && flags.json !== true;
  const view = createProgressView({ streams, clock: systemClock, json: flags.json === true, terminal });
  const startedMs = systemClock.monotonicMs();
  const result = await runMove(dataDir, url, view);
  const moved = expectMoved(result, dataDir);
  const seconds = Math.round((systemClock.monotonicMs() - startedMs) / 100) / 10;
  if (flags.json) {
    return streams.out(
      `${JSON.stringify({ result: { ...moved, seconds, next: { REEVE_DATABASE_URL: hide(url) } } })}\n`,
    );
  }
  const rows = moved.tables.reduce((sum, table) => sum + table.rows, 0).toLocaleString('en');
  streams.out(
    [
      `Moved ${rows} rows of ${moved.tables.length} tables in ${seconds} s; counts and hashes agree on both sides.`,
      `${moved.receipts.toLocaleString('en')} receipts in ${moved.chains} chains verify.`,
      `The data folder ${dataDir} is as it was.`,
      '',
      'To run on PostgreSQL from now on, keep the data folder and set',
      `  REEVE_DATABASE_URL=${hide(url)}`,
      'with its password. What the embedded database gets from now on is not moved any more.',
      '',
    ].join('\n'),
  );
}

async function runMove(dataDir: string, url: string, view: ProgressView): Promise<MoveResult> {
  const { moveToPostgres } = await import('../move.ts');
  const verbs = { copy: 'Copying', compare: 'Comparing', verify: 'Verifying' };
  try {
    return await moveToPostgres({
      dataDir,
      url,
      onProgress: ({ step, table, rows, total }) => view.show({ step: `${verbs[step]} ${table}`, done: rows, total }),
    });
  } catch (error) {
    if (error instanceof DataFolderBusyError) throw refused(`${error.message.split('.', 1)[0]}. Stop it to move.`);
    throw error;
  } finally {
    view.end();
  }
}

function expectMoved(result: MoveResult, dataDir: string): Extract<MoveResult, { type: 'moved' }> {
  switch (result.type) {
    case 'moved':
      return result;
    case 'nothing-here':
      throw new CliError(EXIT.notFound, 'not_found', `There is no embedded database in ${dataDir}.`);
    case 'not-empty':
      throw refused(`The database to move into is not empty: it has rows in ${result.tables.join(', ')}.`);
    case 'other-source':
      throw refused(
        `A move from another data folder into this database began at ${result.startedAt} and is not finished. ` +
          'Finish that one, or give an empty database.',
      );
    case 'moved-before':
      throw refused(
        `A move into this database was finished at ${result.finishedAt}. Set REEVE_DATABASE_URL to use it.`,
      );
    case 'busy':
      throw refused('Another move into this database is under way.');
    case 'differs': {
      const first = result.differences.slice(0, 20).join('\n  ');
      throw new CliError(EXIT.failed, 'failed', `What arrived is not what was sent; do not use it.\n  ${first}`);
    }
  }
}

function readTarget({ to, toFile }: MoveFlags): string {
  if ((to === undefined) === (toFile === undefined)) throw wrongUse('Give either --to or --to-file.');
  const url = to ?? readFileSync(toFile ?? '', 'utf8').trim();
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw wrongUse('The database to move into is a URL that begins with postgres:// or postgresql://.');
  }
  return url;
}

/** The URL as it may be shown. */
function hide(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

function refused(message: string): CliError {
  return new CliError(EXIT.refused, 'conflict', message);
}

function wrongUse(message: string): CliError {
  return new CliError(EXIT.usage, 'usage', message);
}

const EXAMPLES = `
Examples:
  reeve move --to postgres://reeve:secret@db.example:5432/reeve
  reeve move --to-file /run/secrets/database-url --json

Stop the server before. A move that breaks off goes on when it is started again. The data folder stays as it is.`;
