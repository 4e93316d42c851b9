import Type from 'typebox';
import type { LivePart, ModulePlugin } from '#kernel';
import type { Traffic, TrafficReport } from '#platform/telemetry/port.ts';
import type { Capacity, CapacityLimits } from './capacity.ts';

interface CallsPluginDeps {
  traffic: Traffic;
  capacity: Pick<Capacity, 'inFlight' | 'queued'>;
  limits: Pick<CapacityLimits, 'inFlight' | 'queued'>;
}

/** How busy the path is, and what went through it in the last quarter of an hour. */
export function createCallsPlugin(deps: CallsPluginDeps): ModulePlugin {
  return { name: 'calls', live: [createTrafficPart(deps), createCapacityPart(deps)] };
}

const Nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Ms = Nullable(Type.Number());
const SUMS = {
  requests: Type.Integer(),
  errors: Type.Integer(),
  input_tokens: Type.Integer(),
  output_tokens: Type.Integer(),
  p50_ms: Ms,
  p95_ms: Ms,
  p99_ms: Ms,
};
/** One value for each step, the oldest first. The last step still runs. */
const Column = <Schema extends Type.TSchema>(value: Schema) => Type.Array(value);
const TrafficSchema = Type.Object({
  step_ms: Type.Integer(),
  first_step_at: Type.String(),
  steps: Type.Object({
    requests: Column(Type.Integer()),
    errors: Column(Type.Integer()),
    input_tokens: Column(Type.Integer()),
    output_tokens: Column(Type.Integer()),
    p50_ms: Column(Ms),
    p95_ms: Column(Ms),
    p99_ms: Column(Ms),
  }),
  /** Of the last minutes as a whole. */
  recent: Type.Object({ seconds: Type.Integer(), ...SUMS }),
  /** Of the same minutes, the busiest first; a call that reached no model is in `recent` only. */
  models: Type.Array(Type.Object({ provider: Type.String(), model: Type.String(), ...SUMS })),
});

function createTrafficPart({ traffic }: CallsPluginDeps): LivePart {
  return {
    name: 'traffic',
    schema: TrafficSchema,
    read: ({ everything, tenantId }) => Promise.resolve(toTraffic(traffic.report(everything ? null : tenantId))),
  };
}

const CapacitySchema = Type.Object({
  in_flight: Type.Integer(),
  in_flight_max: Type.Integer(),
  queued: Type.Integer(),
  queued_max: Type.Integer(),
  active_streams: Type.Integer(),
});

/** All tenants share the places, so none is shown how many others take. */
function createCapacityPart({ capacity, limits, traffic }: CallsPluginDeps): LivePart {
  return {
    name: 'capacity',
    schema: CapacitySchema,
    read({ everything }) {
      if (!everything) return Promise.resolve(null);
      return Promise.resolve({
        in_flight: capacity.inFlight,
        in_flight_max: limits.inFlight,
        queued: capacity.queued,
        queued_max: limits.queued,
        active_streams: traffic.activeStreams,
      });
    },
  };
}

type Sums = TrafficReport['recent'];

function toTraffic({ stepMs, firstStepAtMs, steps, recentMs, recent, models }: TrafficReport) {
  return {
    step_ms: stepMs,
    first_step_at: new Date(firstStepAtMs).toISOString(),
    steps: {
      requests: steps.map((step) => step.requests),
      errors: steps.map((step) => step.errors),
      input_tokens: steps.map((step) => step.inputTokens),
      output_tokens: steps.map((step) => step.outputTokens),
      p50_ms: steps.map((step) => step.p50Ms),
      p95_ms: steps.map((step) => step.p95Ms),
      p99_ms: steps.map((step) => step.p99Ms),
    },
    recent: { seconds: recentMs / 1000, ...toSums(recent) },
    models: models.map(({ provider, model, ...sums }) => ({ provider, model, ...toSums(sums) })),
  };
}

function toSums({ requests, errors, inputTokens, outputTokens, p50Ms, p95Ms, p99Ms }: Sums) {
  return {
    requests,
    errors,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    p50_ms: p50Ms,
    p95_ms: p95Ms,
    p99_ms: p99Ms,
  };
}
