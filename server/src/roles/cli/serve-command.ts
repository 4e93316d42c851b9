import { Option, type Command } from 'commander';
import { WORKER_FLAG } from '../worker-messages.ts';
import { addPlaceOptions, readPlaceAndFile, type CliContext, type PlaceFlags } from './visit-control.ts';

interface ServeFlags extends PlaceFlags {
  port?: string;
  host?: string;
  roles?: string;
  workers?: string;
}

/** `reeve serve`: runs until it is told to stop. */
export function addServeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('Run Reeve here until SIGTERM or Ctrl-C.')
    .option('--port <number>', 'port to listen on, 0 for any free one (REEVE_PORT)')
    .option('--host <address>', 'address to listen on (REEVE_HOST)')
    .option('--roles <names>', 'gateway, control, worker: what this process is there for (REEVE_ROLES)')
    .option('--workers <number>', 'processes behind the one port, on PostgreSQL (REEVE_WORKERS)')
    .addOption(new Option(`${WORKER_FLAG} <number>`, 'set by the supervisor of workers').hideHelp());
  addPlaceOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ServeFlags) => {
      const { port, host, roles, workers } = flags;
      const overrides = { REEVE_PORT: port, REEVE_HOST: host, REEVE_ROLES: roles, REEVE_WORKERS: workers };
      const settings = readPlaceAndFile(context, flags, overrides);
      const { serve } = await import('../serve.ts');
      await serve(settings, (line) => context.streams.out(`${line}\n`));
    });
}

const EXAMPLES = `
Examples:
  reeve serve
  reeve serve --port 8080 --data-dir /var/lib/reeve --config /etc/reeve.yaml
  reeve serve --workers 4
  reeve serve --roles gateway`;
