import Type from 'typebox';
import type { Provider } from '#adapters';
import type { LivePart, ModulePlugin, Onlooker } from '#kernel';
import type { AttemptTally, Traffic } from '#platform/telemetry/port.ts';
import type { OpenBreaker, Routing } from './routing.ts';
import { createModelSettings, createProviderSettings, type SettingsDeps } from './show-settings.ts';

interface RoutingPluginDeps extends SettingsDeps {
  routing: Pick<Routing, 'listModels' | 'listOpenBreakers'>;
  traffic: Pick<Traffic, 'attempts'>;
}

/** How each configured provider does, and how it is configured. */
export function createRoutingPlugin(deps: RoutingPluginDeps): ModulePlugin {
  return {
    name: 'routing',
    live: [createProvidersPart(deps)],
    settings: [createProviderSettings(deps), createModelSettings(deps)],
  };
}

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const LastFailure = Nullable(Type.Object({ outcome: Type.String(), at: Type.String() }));
const BreakerSchema = Type.Object({
  model_id: Type.String(),
  state: Type.Enum(['open', 'half-open']),
  open_since: Nullable(Type.String()),
  reason: Nullable(Type.Enum(['failures-in-a-row', 'failing-share', 'failed-trial'])),
  next_trial_at: Nullable(Type.String()),
  last_failure: LastFailure,
});
const PROVIDER_STATES = ['idle', 'up', 'degraded', 'down', 'half-open', 'open'] as const;
const ProviderSchema = Type.Object({
  name: Type.String(),
  adapter: Type.String(),
  state: Type.Enum([...PROVIDER_STATES], {
    description:
      'Of the last five minutes. `idle`: nobody asked it. `degraded`: some attempts failed; `down`: all did. `open`: a breaker keeps calls from a model of it; `half-open`: it lets one through, as a trial.',
  }),
  /** Of the last five minutes, over all tenants: `null` for whoever may not see that. */
  attempts: Nullable(Type.Integer()),
  failures: Nullable(Type.Integer()),
  last_failure: LastFailure,
  breakers: Type.Array(BreakerSchema),
});

function createProvidersPart({ providers, routing, traffic }: RoutingPluginDeps): LivePart {
  return {
    name: 'providers',
    schema: Type.Array(ProviderSchema),
    read(onlooker) {
      const open = Map.groupBy(routing.listOpenBreakers(), ({ provider }) => provider);
      const shown = providers.map((provider) => toReply(onlooker, provider, open.get(provider.name) ?? [], traffic));
      return Promise.resolve(shown);
    },
  };
}

/** A tenant learns whether a provider works, and nothing of what others asked of it. */
function toReply(
  { everything }: Onlooker,
  { name, adapter }: Provider,
  open: readonly OpenBreaker[],
  traffic: Pick<Traffic, 'attempts'>,
) {
  const tally = traffic.attempts(name);
  const { attempts, failures, lastFailure } = tally;
  const state = judgeState(tally, open);
  if (!everything) return { name, adapter, state, attempts: null, failures: null, last_failure: null, breakers: [] };
  return {
    name,
    adapter,
    state,
    attempts,
    failures,
    last_failure: toFailure(lastFailure),
    breakers: open.map((breaker) => ({
      model_id: breaker.modelId,
      state: breaker.state,
      open_since: toIso(breaker.openSinceMs),
      reason: breaker.openReason,
      next_trial_at: toIso(breaker.nextTrialMs),
      last_failure: toFailure(breaker.lastFailure),
    })),
  };
}

/** Calls that all fail say more than a breaker on trial, and that more than calls of which some fail. */
function judgeState({ attempts, failures }: AttemptTally, breakers: readonly OpenBreaker[]) {
  if (breakers.some(({ state }) => state === 'open')) return 'open';
  if (attempts > 0 && failures === attempts) return 'down';
  if (breakers.length > 0) return 'half-open';
  if (attempts === 0) return 'idle';
  return failures > 0 ? 'degraded' : 'up';
}

function toFailure(failure: OpenBreaker['lastFailure']) {
  return failure === null ? null : { outcome: failure.outcome, at: new Date(failure.atMs).toISOString() };
}

function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
