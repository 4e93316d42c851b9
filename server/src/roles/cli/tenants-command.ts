import type { Command } from 'commander';
import Type from 'typebox';
import { createChecker } from '#kernel';
import { listAll } from './list-pages.ts';
import { printJson, printTable } from './output.ts';
import { addPlaceOptions, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface TenantFlags extends PlaceFlags {
  json?: true;
}

const TenantSchema = Type.Object({ id: Type.String(), name: Type.String(), created_at: Type.String() });
const tenantChecker = createChecker(TenantSchema);

/** `reeve tenants create|list`. */
export function addTenantsCommand(program: Command, context: CliContext): void {
  const tenants = program.command('tenants').description('Make and list tenants.').addHelpText('after', EXAMPLES);
  const create = tenants.command('create').argument('<name>', 'unique, 1–200 characters').description('Make a tenant.');
  addPlaceOptions(create)
    .option('--json', 'print one JSON document')
    .action((name: string, flags: TenantFlags) => createTenant(context, name, flags));
  const list = tenants.command('list').description('List every tenant, oldest first.');
  addPlaceOptions(list)
    .option('--json', 'print one JSON document')
    .action((flags: TenantFlags) => listTenants(context, flags));
}

async function createTenant(context: CliContext, name: string, flags: TenantFlags): Promise<void> {
  const reply = await withControl(context, flags, (ask) => ask('POST', '/api/v1/tenants', { name }));
  const tenant = tenantChecker.parse(reply);
  if (flags.json) return printJson(context.streams, tenant);
  context.streams.out(`Made the tenant ${tenant.id}\n`);
  context.streams.out(`Next: reeve keys create --name owner --tenant ${tenant.id}\n`);
}

async function listTenants(context: CliContext, flags: TenantFlags): Promise<void> {
  const tenants = await withControl(context, flags, (ask) => listAll(ask, '/api/v1/tenants', TenantSchema));
  if (flags.json) return printJson(context.streams, { data: tenants });
  const rows = tenants.map((tenant) => [tenant.id, tenant.created_at, tenant.name]);
  printTable(context.streams, ['ID', 'CREATED', 'NAME'], rows);
}

const EXAMPLES = `
Examples:
  reeve tenants create "Field research"
  reeve tenants list --json`;
