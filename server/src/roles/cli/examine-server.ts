/** Asks a running server for its settings and its own experience: those of this shell may be others. */
import { fieldOf } from '#kernel';
import type { Config } from '../config.ts';
import type { InspectedSettings } from '../settings.ts';
import type { AdminClient } from './admin-client.ts';
import { describePlace, describeSetup, findMissing } from './describe-setup.ts';
import { examineProviders } from './examine-providers.ts';
import { configured, reachable, type Finding } from './findings.ts';
import { readServerReport, toPlace, toSetup, type Experience } from './server-report.ts';

/** What the server says of itself. `here` is what this shell knows beside it. */
export async function examineServer(server: AdminClient, here: InspectedSettings): Promise<Finding[]> {
  const parts = examineParts((await server.request('GET', '/healthz')).body);
  const report = await readServerReport(server.request);
  if (report === null) return [configured('settings', 'warning', UNTOLD), ...describeHere(here), ...parts];
  const setup = toSetup(report.settings);
  return [
    configured('settings', 'note', 'of the server that runs; this shell may have others'),
    ...describePlace(toPlace(report.settings)),
    ...describeSetup(setup),
    ...describeHere(here),
    ...parts,
    ...(await judgeProviders(report.experience, here.config)),
    ...findMissing(setup),
  ];
}

const UNTOLD = 'the server that runs does not tell its own: it serves no management API, or its log says what failed';

function examineParts(body: unknown): Finding[] {
  return Object.entries(fieldOf(body, 'checks') ?? {}).map(([name, state]) =>
    state === 'ok'
      ? reachable(name, 'ok', 'answers')
      : reachable(name, 'broken', String(state), `See the server's log for "${name}".`),
  );
}

/** Nothing is broken by it now. */
function describeHere({ environmentFaults, fileFaults }: InspectedSettings): Finding[] {
  const mend = 'The server that runs is not touched by it; one that is started from this shell would refuse.';
  return [...environmentFaults, ...fileFaults].map((fault) => configured('this shell', 'warning', fault, mend));
}

/** What the server met in the last minutes; of providers that nobody called, what this shell can find out. */
async function judgeProviders(experience: readonly Experience[], config: Config | null): Promise<Finding[]> {
  const idle = new Set(experience.flatMap(({ name, state }) => (state === 'idle' ? [name] : [])));
  const known = (config?.providers ?? []).filter(({ name }) => idle.has(name));
  const asked = config === null ? [] : await examineProviders({ ...config, providers: known });
  const askedNames = new Set(known.map(({ name }) => name));
  return [
    ...experience.filter(({ name }) => !askedNames.has(name)).map(judgeExperience),
    ...asked.map((finding) => ({
      ...finding,
      state: finding.state === 'broken' ? ('warning' as const) : finding.state,
      detail: `${finding.detail} (asked with the settings of this shell)`,
    })),
  ];
}

function judgeExperience({ name, state, attempts, failures, last_failure: last }: Experience): Finding {
  const provider = `provider ${name}`;
  if (state === 'idle') return reachable(provider, 'note', 'was not called in the last five minutes', ASK);
  if (state === 'up') return reachable(provider, 'ok', 'answers the calls of the server');
  const counted = `${failures} of ${attempts} attempts of the last five minutes failed`;
  const said = attempts === 0 ? 'a breaker keeps calls from it' : counted;
  const detail = last === null ? said : `${said}: ${last.outcome} at ${last.at}`;
  return reachable(provider, state === 'down' || state === 'open' ? 'broken' : 'warning', detail, ASK);
}

const ASK = 'A call tells more: reeve models test provider/model';
