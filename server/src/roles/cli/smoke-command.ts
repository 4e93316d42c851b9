import type { Command } from 'commander';
import type { Clock } from '#kernel';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { HttpFailure } from '../../platform/http-client/port.ts';
import { readEnvironment } from '../environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CliError, printJson } from './output.ts';
import type { SmokeStep, Visit } from './smoke-steps.ts';
import type { CliContext } from './visit-control.ts';

interface SmokeFlags {
  url: string;
  key?: string;
  model?: string;
  json?: true;
}

interface StepReport {
  name: string;
  state: 'ok' | 'failed' | 'skipped';
  ms: number;
  detail: string;
}

/** `reeve smoke`: whether a running server does what people came for. Costs two small calls. */
export function addSmokeCommand(program: Command, context: CliContext): void {
  program
    .command('smoke')
    .description('Test a running server from outside: health, key, chat, stream, receipts, usage.')
    .requiredOption('--url <url>', 'the server, e.g. https://reeve.example.com')
    .option(
      '--key <key>',
      "a key with every scope, or - to read it from standard input (default: REEVE_BOOTSTRAP_KEY's)",
    )
    .option('--model <name>', 'alias or provider/model to ask (default: the first that can chat)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((flags: SmokeFlags) => smoke(context, flags));
}

const KEY_LIVES_MS = 10 * 60_000;

async function smoke(context: CliContext, flags: SmokeFlags): Promise<void> {
  const url = readUrl(flags.url);
  const ownerKey = await readKey(context, flags);
  const { createSmokeClient } = await import('./smoke-client.ts');
  const client = createSmokeClient(url, systemClock);
  const visit: Visit = {
    client,
    ownerKey,
    keyEndsAt: new Date(systemClock.now() + KEY_LIVES_MS).toISOString(),
    model: flags.model ?? null,
    made: null,
    calls: [],
    sums: { requests: 0, input_tokens: 0, output_tokens: 0, cost_nanos: 0 },
  };
  try {
    const steps = await walk(context, visit, (step) => {
      if (!flags.json) context.streams.out(toLine(step));
    });
    if (flags.json) printJson(context.streams, { ok: context.exitCode === EXIT.ok, url: url.href, steps });
    else context.streams.out(context.exitCode === EXIT.ok ? 'The server works.\n' : 'The server does NOT work.\n');
  } finally {
    await client.close();
  }
}

/** Stops at the first fault, yet always ends the key that it made. Sets the exit code. */
async function walk(
  context: CliContext,
  visit: Visit,
  tell: (step: StepReport) => void,
): Promise<readonly StepReport[]> {
  const { LAST_SMOKE_STEP, SMOKE_STEPS } = await import('./smoke-steps.ts');
  const reports: StepReport[] = [];
  const note = (report: StepReport): void => {
    reports.push(report);
    tell(report);
  };
  for (const step of [...SMOKE_STEPS, LAST_SMOKE_STEP]) {
    const wanted = step === LAST_SMOKE_STEP ? visit.made !== null : context.exitCode === EXIT.ok;
    if (!wanted) note({ name: step.name, state: 'skipped', ms: 0, detail: '' });
    else {
      const { report, exitCode } = await take(step, visit, systemClock);
      note(report);
      if (context.exitCode === EXIT.ok) context.exitCode = exitCode;
    }
  }
  return reports;
}

async function take(step: SmokeStep, visit: Visit, clock: Clock): Promise<{ report: StepReport; exitCode: ExitCode }> {
  const fromMs = clock.monotonicMs();
  const report = (state: StepReport['state'], detail: string): StepReport => ({
    name: step.name,
    state,
    ms: Math.round(clock.monotonicMs() - fromMs),
    detail,
  });
  try {
    return { report: report('ok', await step.run(visit)), exitCode: EXIT.ok };
  } catch (error) {
    const { SmokeFault } = await import('./smoke-steps.ts');
    if (error instanceof HttpFailure) {
      const unreachable = error.kind === 'connect';
      return { report: report('failed', error.message), exitCode: unreachable ? EXIT.unreachable : EXIT.failed };
    }
    if (!(error instanceof SmokeFault)) throw error;
    const refused = error.status === 401 || error.status === 403;
    return { report: report('failed', error.message), exitCode: refused ? EXIT.refused : EXIT.failed };
  }
}

function toLine({ name, state, ms, detail }: StepReport): string {
  const mark = { ok: 'ok', failed: '!!', skipped: '--' }[state];
  const time = state === 'skipped' ? '' : `${ms} ms`;
  return `  ${mark}  ${name.padEnd(14)} ${time.padStart(9)}  ${detail}`.trimEnd() + '\n';
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url;
  throw new CliError(EXIT.usage, 'usage', `--url is "${text}"; it takes http://… or https://… without a query.`);
}

async function readKey(context: CliContext, { key }: SmokeFlags): Promise<string> {
  const found = key === '-' ? await readStandardInput() : (key ?? readEnvironment(context.variables).bootstrapKey);
  if (found !== null && found !== '') return found;
  const message = 'There is no key to test with: give --key, or set REEVE_BOOTSTRAP_KEY or REEVE_BOOTSTRAP_KEY_FILE.';
  throw new CliError(EXIT.usage, 'usage', message);
}

async function readStandardInput(): Promise<string> {
  const { text } = await import('node:stream/consumers');
  return (await text(process.stdin)).trim();
}

const EXAMPLES = `
It makes a key that ends after ten minutes, calls a model twice with it, and revokes it. The receipts stay.
A server behind a certificate of your own: NODE_EXTRA_CA_CERTS=ca.pem reeve smoke …

Examples:
  reeve smoke --url https://reeve.example.com --key - < owner-key
  reeve smoke --url http://127.0.0.1:7337 --json`;
