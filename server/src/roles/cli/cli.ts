/** The command line: which verbs there are, and how each way of ending becomes an exit code. */
import { Command, CommanderError } from 'commander';
import { AppError } from '#kernel';
import { ConfigurationError } from '../environment.ts';
import { VERSION } from '../version.ts';
import { addDeadLettersCommand } from './dead-letters-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { EXIT, EXIT_HELP, toExitCode, type ExitCode } from './exit-codes.ts';
import { addKeysCommand } from './keys-command.ts';
import { addLoginCommand } from './login-command.ts';
import { addMigrateCommand } from './migrate-command.ts';
import { addModelsCommand } from './models-command.ts';
import { addMoveCommand } from './move-command.ts';
import { CliError, openProcessStreams, printJson, type CliStreams } from './output.ts';
import { addProjectionsCommand } from './projections-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addSmokeCommand } from './smoke-command.ts';
import { addTenantsCommand } from './tenants-command.ts';
import type { CliContext } from './visit-control.ts';
import { addWorkflowsCommand } from './workflows-command.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Runs one command line (without program and script name). Resolves to the exit code; never rejects. */
export async function runCli(
  argv: readonly string[],
  { streams = openProcessStreams(), variables = process.env }: { streams?: CliStreams; variables?: Variables } = {},
): Promise<ExitCode> {
  const context: CliContext = { streams, variables, exitCode: EXIT.ok };
  const json = argv.includes('--json');
  try {
    await createProgram(context, json).parseAsync([...argv], { from: 'user' });
    return context.exitCode;
  } catch (thrown) {
    return reportFailure(streams, thrown, json);
  }
}

const VERBS = [
  addServeCommand,
  addMigrateCommand,
  addMoveCommand,
  addKeysCommand,
  addLoginCommand,
  addTenantsCommand,
  addModelsCommand,
  addProjectionsCommand,
  addDoctorCommand,
  addSmokeCommand,
  addWorkflowsCommand,
  addDeadLettersCommand,
];

function createProgram(context: CliContext, json: boolean): Command {
  const { streams } = context;
  // One document, and no sentence of Commander's beside it.
  const writeErr = json ? () => {} : streams.err;
  const program = new Command('reeve')
    .description('Reeve: the governed AI platform in one program.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: streams.out, writeErr })
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', EXIT_HELP);
  for (const add of VERBS) add(program, context);
  return program;
}

function reportFailure(streams: CliStreams, thrown: unknown, json: boolean): ExitCode {
  // Commander has printed its own sentence, or the help that was asked for.
  if (thrown instanceof CommanderError && (thrown.exitCode === 0 || !json)) {
    return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const { exitCode, code, message } = toFailure(thrown);
  if (json) printJson({ ...streams, out: streams.err }, { error: { code, message } });
  else streams.err(`${message}\n`);
  return exitCode;
}

function toFailure(thrown: unknown): Pick<CliError, 'exitCode' | 'code' | 'message'> {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof ConfigurationError) {
    const faults = thrown.faults.map((fault) => `  ${fault}`).join('\n');
    return { exitCode: EXIT.usage, code: 'configuration', message: `The configuration has faults:\n${faults}` };
  }
  if (thrown instanceof CommanderError) {
    return { exitCode: EXIT.usage, code: 'invalid_request', message: thrown.message.replace(/^error: /, '') };
  }
  if (thrown instanceof AppError)
    return { exitCode: toExitCode(thrown.status), code: thrown.code, message: tell(thrown) };
  return { exitCode: EXIT.failed, code: 'failed', message: tell(thrown) };
}

/** The sentence with its causes: at the machine nothing is hidden from the operator. */
function tell(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message} (${tell(thrown.cause)})` : thrown.message;
}
