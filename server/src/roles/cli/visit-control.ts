/** How a verb reaches the management API: through a running server, or by opening the data folder itself. */
import type { Command } from 'commander';
import { hasCode } from '#kernel';
import { DataFolderBusyError } from '../../platform/database/data-folder-lock.ts';
import type { Purpose } from '../config.ts';
import { readEnvironment, type Environment } from '../environment.ts';
import { inspectSettings, readSettings, type InspectedSettings, type Settings } from '../settings.ts';
import { findRunningServer, type AdminRequest } from './admin-client.ts';
import { EXIT, toExitCode, type ExitCode } from './exit-codes.ts';
import { CliError, type CliStreams } from './output.ts';

/** What every verb works with. A verb that finds something broken, yet could say so, sets `exitCode`. */
export interface CliContext {
  readonly streams: CliStreams;
  readonly variables: Readonly<Record<string, string | undefined>>;
  exitCode: ExitCode;
}

/** Flags that say where Reeve lives; they stand before the variables of the same meaning. */
export interface PlaceFlags {
  dataDir?: string;
  config?: string;
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'where Reeve keeps its data (REEVE_DATA_DIR)')
    .option('--config <file>', 'the configuration file (REEVE_CONFIG)');
}

/** The environment with the flags in front of it. Throws `ConfigurationError`. */
export function readPlace(
  context: CliContext,
  flags: PlaceFlags,
  overrides: Readonly<Record<string, string | undefined>> = {},
): Environment {
  return readEnvironment(context.variables, { ...toVariables(flags), ...overrides });
}

/** Environment and file with the flags in front of both. Throws `ConfigurationError` with the faults of both. */
export function readPlaceAndFile(
  context: CliContext,
  flags: PlaceFlags,
  overrides: Readonly<Record<string, string | undefined>> = {},
  purpose: Purpose = 'calls',
): Settings {
  return readSettings(context.variables, { ...toVariables(flags), ...overrides }, purpose);
}

/** The same, with the faults beside what could be read. */
export function inspectPlace(context: CliContext, flags: PlaceFlags): InspectedSettings {
  return inspectSettings(context.variables, toVariables(flags));
}

function toVariables({ dataDir, config }: PlaceFlags): Record<string, string | undefined> {
  return { REEVE_DATA_DIR: dataDir, REEVE_CONFIG: config };
}

/** The management API, as the operator. Anything but a success is thrown as `CliError`; the answer's body returns. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

/**
 * Lets `work` ask the management API. Where no server runs, everything is opened for this visit; a verb that has to do
 * with models says so, and others do not stop at what is wrong with providers, e.g. a key that only the server has. Such a
 * visit does not know the models: `work` is told.
 */
export async function withControl<T>(
  context: CliContext,
  flags: PlaceFlags,
  work: (ask: Ask, knowsModels: boolean) => Promise<T>,
  purpose: Purpose = 'records',
): Promise<T> {
  const environment = readPlace(context, flags);
  const server = await findServer(environment.dataDir);
  if (server !== null) {
    try {
      return await work(toAsk(server.request), true);
    } finally {
      server.close();
    }
  }
  // Only here: a verb that a running server answers need not load the whole program.
  const { withLocalControl } = await import('../local-control.ts');
  try {
    const settings = readPlaceAndFile(context, flags, {}, purpose);
    return await withLocalControl(settings, ({ request, freshKey }) => {
      if (freshKey !== null) context.streams.err(`This was the first start. The owner's API key: ${freshKey}\n`);
      return work(toAsk(request), purpose === 'calls');
    });
  } catch (error) {
    if (!(error instanceof DataFolderBusyError)) throw error;
    const message = `${error.message.split('.', 1)[0]}, and no server answers at its admin.sock.`;
    throw new CliError(EXIT.unreachable, 'unreachable', message);
  }
}

async function findServer(dataDir: string) {
  try {
    return await findRunningServer(dataDir);
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    const message = `A server runs in ${dataDir} under another user. Run this as that user.`;
    throw new CliError(EXIT.refused, 'refused', message);
  }
}

function toAsk(request: AdminRequest): Ask {
  return async (method, path, body) => {
    const reply = await request(method, path, body);
    if (reply.status < 400) return reply.body;
    const { code, detail } = readProblem(reply.body);
    throw new CliError(toExitCode(reply.status), code, detail);
  };
}

/** An RFC 9457 body, or the error object of a `/v1` path. */
function readProblem(body: unknown): { code: string; detail: string } {
  const problem: { code?: unknown; detail?: unknown; error?: { code?: unknown; message?: unknown } } = {
    ...(body as object),
  };
  const { code = problem.error?.code, detail = problem.error?.message } = problem;
  return {
    code: typeof code === 'string' ? code : 'failed',
    detail: typeof detail === 'string' ? detail : 'The server refused without saying why.',
  };
}
