import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { createChecker } from '#kernel';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { EXIT } from './exit-codes.ts';
import { listAll } from './list-pages.ts';
import { CliError, printJson, printTable } from './output.ts';
import { addTenantOption } from './tenant-option.ts';
import { addPlaceOptions, withControl, type Ask, type CliContext, type PlaceFlags } from './visit-control.ts';

interface KeyFlags extends PlaceFlags {
  json?: true;
  tenant?: string;
}

interface CreateFlags extends KeyFlags {
  name: string;
  scope?: string[];
  model?: string[];
  expires?: string;
}

const NullableText = Type.Union([Type.String(), Type.Null()]);
const KeySchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  prefix: Type.String(),
  tenant_id: Type.String(),
  scopes: Type.Array(Type.String()),
  models: Type.Union([Type.Array(Type.String()), Type.Null()]),
  expires_at: NullableText,
  revoked_at: NullableText,
});
const createdChecker = createChecker(Type.Object({ ...KeySchema.properties, key: Type.String() }));

/** `reeve keys create|list|revoke`. */
export function addKeysCommand(program: Command, context: CliContext): void {
  const keys = program.command('keys').description('Make, list and revoke API keys.').addHelpText('after', EXAMPLES);
  const create = keys.command('create').description('Make a key. It is shown once.');
  addTenantOption(addPlaceOptions(create), 'the tenant it belongs to', 'default')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--scope <name...>', 'scopes or roles (default: every scope)')
    .option('--model <name...>', 'aliases or provider/model names it may call (default: all)')
    .option('--expires <when>', 'a date, a date and time, or a span like 12h, 30d')
    .option('--json', 'print one JSON document')
    .action((flags: CreateFlags) => createKey(context, flags));
  const list = keys.command('list').description("List a tenant's keys, oldest first, ended ones too.");
  addTenantOption(addPlaceOptions(list), 'the tenant', 'default')
    .option('--json', 'print one JSON document')
    .action((flags: KeyFlags) => listKeys(context, flags));
  addPlaceOptions(keys.command('revoke').description('End keys at once.').argument('<id...>', 'ids as listed: key_…'))
    .option('--json', 'print one JSON document')
    .action((ids: string[], flags: KeyFlags) => revokeKeys(context, ids, flags));
}

async function createKey(context: CliContext, flags: CreateFlags): Promise<void> {
  const models = flags.model?.flatMap((names) => names.split(','));
  const body = {
    name: flags.name,
    tenant_id: flags.tenant,
    scopes: flags.scope?.flatMap((names) => names.split(',')),
    models,
    expires_at: flags.expires === undefined ? undefined : parseMoment(flags.expires, systemClock.now()),
  };
  const reply = await withControl(context, flags, async (ask, knowsModels) => {
    if (knowsModels) for (const name of models ?? []) await warnOfUnknownModel(context, ask, name);
    return ask('POST', '/api/v1/keys', body);
  });
  if (flags.json) return printJson(context.streams, reply);
  const key = createdChecker.parse(reply);
  context.streams.out(`API key: ${key.key}\nIt is shown this once. Its id is ${key.id}.\n\n`);
  printKeys(context, [key]);
}

/** Only a warning: the model may come later. A process without the role gateway cannot tell, and says nothing. */
async function warnOfUnknownModel({ streams }: CliContext, ask: Ask, name: string): Promise<void> {
  try {
    await ask('GET', `/v1/models/${encodeURIComponent(name)}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.code !== 'model_not_found') return;
    streams.err(`Warning: no model or alias is known as "${name}". Type reeve models to see the names.\n`);
  }
}

async function listKeys(context: CliContext, flags: KeyFlags): Promise<void> {
  const path = `/api/v1/keys?tenant_id=${encodeURIComponent(flags.tenant ?? 'default')}`;
  const keys = await withControl(context, flags, (ask) => listAll(ask, path, KeySchema));
  if (flags.json) return printJson(context.streams, { data: keys });
  printKeys(context, keys);
}

async function revokeKeys(context: CliContext, ids: readonly string[], flags: KeyFlags): Promise<void> {
  await withControl(context, flags, async (ask) => {
    for (const id of ids) {
      await revokeKey(ask, id);
      if (!flags.json) context.streams.out(`Revoked ${id}\n`);
    }
  });
  if (flags.json) printJson(context.streams, { revoked: ids });
}

async function revokeKey(ask: Ask, id: string): Promise<void> {
  try {
    await ask('DELETE', `/api/v1/keys/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof CliError && error.exitCode === EXIT.notFound)) throw error;
    throw new CliError(error.exitCode, error.code, `There is no key ${id}.`);
  }
}

function printKeys({ streams }: CliContext, keys: readonly Static<typeof KeySchema>[]): void {
  const rows = keys.map((key) => [
    key.id,
    key.prefix,
    key.scopes.join(','),
    key.models?.join(',') ?? 'all',
    describeEnd(key),
    key.name,
  ]);
  printTable(streams, ['ID', 'PREFIX', 'SCOPES', 'MODELS', 'ENDS', 'NAME'], rows);
}

function describeEnd(key: Static<typeof KeySchema>): string {
  if (key.revoked_at !== null) return `revoked ${key.revoked_at}`;
  return key.expires_at ?? 'never';
}

const SPAN_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2027-01-31`, `2027-01-31T12:00:00Z` or a span from now (`90m`, `12h`, `30d`) as ISO 8601 in UTC. */
export function parseMoment(text: string, nowMs: number): string {
  const span = /^(\d{1,6})([mhd])$/.exec(text);
  const unit = (['m', 'h', 'd'] as const).find((letter) => letter === span?.[2]);
  const ms = unit === undefined ? Date.parse(text) : nowMs + Number(span?.[1]) * SPAN_MS[unit];
  if (Number.isNaN(ms) || ms > MOMENT_MAX_MS) {
    const message = `--expires is "${text}"; it takes a date, a date and time, or a span like 12h or 30d.`;
    throw new CliError(EXIT.usage, 'invalid_request', message);
  }
  return new Date(ms).toISOString();
}

const MOMENT_MAX_MS = Date.UTC(9999, 11, 31);

const EXAMPLES = `
Examples:
  reeve keys create --name "batch jobs" --scope models:invoke --model gpt-4o-mini --expires 30d
  reeve keys create --name owner --tenant ten_… --json
  reeve keys list
  reeve keys revoke key_…`;
