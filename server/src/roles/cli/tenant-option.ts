import { Option, type Command } from 'commander';
import { TenantIdSchema } from '@reeve/contracts';
import { createChecker } from '#kernel';
import { EXIT } from './exit-codes.ts';
import { CliError } from './output.ts';

/** Adds `--tenant <id>`; without `otherwise` it may be left out. A name in place of an id ends the verb as wrong usage. */
export function addTenantOption(command: Command, description: string, otherwise?: string): Command {
  return command.addOption(new Option('--tenant <id>', description).default(otherwise).argParser(readTenantId));
}

const idChecker = createChecker(TenantIdSchema);

function readTenantId(text: string): string {
  if (idChecker.faults(text).length === 0) return text;
  const message = `--tenant is "${text}"; it takes a tenant's id, ten_… or default. Type reeve tenants list to see the ids.`;
  throw new CliError(EXIT.usage, 'invalid_request', message);
}
