import type { Command } from 'commander';
import Type from 'typebox';
import { createChecker } from '#kernel';
import { EXIT } from './exit-codes.ts';
import { listAll } from './list-pages.ts';
import { CliError, printJson } from './output.ts';
import { addTenantOption } from './tenant-option.ts';
import { addPlaceOptions, readPlace, withControl, type CliContext, type PlaceFlags } from './visit-control.ts';

interface LoginFlags extends PlaceFlags {
  json?: true;
  tenant?: string;
  email?: string;
}

const MemberSchema = Type.Object({
  id: Type.String(),
  email: Type.String(),
  roles: Type.Array(Type.String()),
  status: Type.String(),
});
const linkChecker = createChecker(
  Type.Object({ path: Type.String(), url: Type.Union([Type.String(), Type.Null()]), expires_at: Type.String() }),
);

/** `reeve login`: a one-time link to the console, for whoever has the machine. */
export function addLoginCommand(program: Command, context: CliContext): void {
  const command = program.command('login').description('Print a one-time link that signs in to the console.');
  addTenantOption(addPlaceOptions(command), "the member's tenant", 'default')
    .option('--email <name>', 'whom it signs in, by e-mail address or login name (default: the first owner)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((flags: LoginFlags) => login(context, flags));
}

async function login(context: CliContext, flags: LoginFlags): Promise<void> {
  const reply = await withControl(context, flags, async (ask) => {
    const path = `/api/v1/members?tenant_id=${encodeURIComponent(flags.tenant ?? 'default')}`;
    const members = await listAll(ask, path, MemberSchema);
    const wanted = flags.email?.trim().toLowerCase();
    const member = members.find(({ email, roles, status }) =>
      wanted === undefined ? roles.includes('OWNER') && status !== 'suspended' : email === wanted,
    );
    if (member === undefined) throw new CliError(EXIT.notFound, 'not_found', describeMissing(flags));
    const link = linkChecker.parse(await ask('POST', `/api/v1/members/${member.id}/sign-in-link`));
    return { email: member.email, ...link };
  });
  const url = reply.url ?? placeUrl(context, flags) + reply.path;
  if (flags.json) return printJson(context.streams, { ...reply, url });
  context.streams.out(`Console: ${url}\n`);
  if (reply.url === null) context.streams.err('No server runs in this data folder: start it, then open the link.\n');
}

/** Where a server would listen, since none does. */
function placeUrl(context: CliContext, flags: PlaceFlags): string {
  const { host, port, tls } = readPlace(context, flags);
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function describeMissing({ email, tenant }: LoginFlags): string {
  const place = `the tenant ${tenant ?? 'default'}`;
  return email === undefined ? `No owner in ${place} may sign in.` : `Nobody in ${place} has the login name ${email}.`;
}

const EXAMPLES = `
Examples:
  reeve login
  reeve login --email ada@example.com --tenant ten_…`;
