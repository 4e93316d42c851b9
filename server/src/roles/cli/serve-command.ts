import type { Command } from 'commander';
import { addPlaceOptions, readPlace, type CliContext, type PlaceFlags } from './visit-control.ts';

interface ServeFlags extends PlaceFlags {
  port?: string;
  host?: string;
}

/** `reeve serve`: runs until it is told to stop. */
export function addServeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .description('Run Reeve here until SIGTERM or Ctrl-C.')
    .option('--port <number>', 'port to listen on, 0 for any free one (REEVE_PORT)')
    .option('--host <address>', 'address to listen on (REEVE_HOST)');
  addPlaceOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ServeFlags) => {
      const overrides = { REEVE_PORT: flags.port, REEVE_HOST: flags.host };
      const { serve } = await import('../serve.ts');
      await serve(readPlace(context, flags, overrides), (line) => context.streams.out(`${line}\n`));
    });
}

const EXAMPLES = `
Examples:
  reeve serve
  reeve serve --port 8080 --data-dir /var/lib/reeve --config /etc/reeve.yaml`;
