/** `/metrics`: what the contracts name, beside the process metrics of prom-client. */
import { METRICS } from '@reeve/contracts';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { assert, type Clock } from '#kernel';
import { createEventRate } from './event-rate.ts';
import {
  type Cell,
  createCellFamily,
  createHistogramFamily,
  createReadGauge,
  type Family,
  type HistogramCell,
} from './measures.ts';
import type { CallMeasure, Metrics } from './port.ts';

export function createPrometheusMetrics(clock: Clock): Metrics & { close(): void } {
  const process = new Registry();
  collectDefaultMetrics({ register: process, eventLoopMonitoringPrecision: 20 });
  const families = createFamilies();
  const read = new Map<string, Family>();
  const calls = new Map<string, CallCells>();
  const boundModel = createModelBound();
  const attempts = new Map<string, Cell>();
  const denials = createEventRate(clock);
  const activeStreams = families.activeStreams.cell({});
  const journalSync = families.journalSync.cell({});

  function findCallCells(measure: CallMeasure): CallCells {
    const { surface, kind, status, provider, stream } = measure;
    const model = boundModel(provider, measure.model);
    const key = `${surface}\n${kind}\n${status}\n${provider}\n${model}\n${stream}`;
    let cells = calls.get(key);
    if (!cells) {
      cells = resolveCallCells(families, { surface, kind, status, provider, model, stream: String(stream) });
      calls.set(key, cells);
    }
    return cells;
  }

  return {
    call(measure) {
      countCall(findCallCells(measure), measure);
    },
    attempt(provider, outcome) {
      const key = `${provider}\n${outcome}`;
      let cell = attempts.get(key);
      if (!cell) {
        cell = families.attempts.cell({ provider, outcome });
        attempts.set(key, cell);
      }
      cell.value += 1;
    },
    breaker(provider, open) {
      families.breakerOpen.cell({ provider }).value = open ? 1 : 0;
    },
    streamOpened() {
      activeStreams.value += 1;
    },
    streamClosed() {
      activeStreams.value -= 1;
    },
    policyDenied: () => denials.count(),
    journalSynced: (seconds) => journalSync.observe(seconds),
    gauge(name, help, readValue) {
      assert(KNOWN_NAMES.has(name), `the contracts name no metric ${name}`);
      read.set(name, createReadGauge(name, help, readValue));
    },
    async render() {
      const denialRate = createReadGauge(METRICS.policyDenials, HELP_DENIALS, () => denials.perSecond());
      const own = [...Object.values(families), denialRate, ...read.values()].map((family) => family.render());
      return { contentType: process.contentType, text: own.join('') + (await process.metrics()) };
    },
    close: () => process.clear(),
  };
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(Object.values(METRICS));
const HELP_DENIALS = 'Calls that policies denied, per second over the last five minutes.';

/** From loopback templates to long generations. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 5, 10, 30, 60, 120, 300];
const OVERHEAD_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5];
const SYNC_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** The bounds that OpenTelemetry advises for the two `gen_ai` histograms. */
const GEN_AI_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const GEN_AI_TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);

type Families = ReturnType<typeof createFamilies>;

function createFamilies() {
  return {
    requests: createCellFamily(METRICS.requests, 'Finished calls by outcome.', 'counter'),
    requestSeconds: createHistogramFamily(METRICS.requestSeconds, 'Whole time of a call.', CALL_SECONDS),
    overheadSeconds: createHistogramFamily(
      METRICS.overheadSeconds,
      'Time of a call that Reeve itself took.',
      OVERHEAD_SECONDS,
    ),
    tokens: createCellFamily(METRICS.tokens, 'Tokens by direction (input, output).', 'counter'),
    costNanos: createCellFamily(METRICS.costNanos, 'Cost as priced, in nano-USD.', 'counter'),
    attempts: createCellFamily(METRICS.attempts, 'Attempts on providers by outcome.', 'counter'),
    breakerOpen: createCellFamily(METRICS.breakerOpen, "1 while a provider's breaker is open.", 'gauge'),
    activeStreams: createCellFamily(METRICS.activeStreams, 'Streams being answered now.', 'gauge'),
    journalSync: createHistogramFamily(METRICS.journalSyncSeconds, 'Time of a journal sync.', SYNC_SECONDS),
    genAiSeconds: createHistogramFamily(METRICS.genAiOperationSeconds, 'GenAI operation duration.', GEN_AI_SECONDS),
    genAiTokens: createHistogramFamily(METRICS.genAiTokens, 'Input and output tokens used.', GEN_AI_TOKENS),
  };
}

/** What a call of one label set counts in; the `gen_ai` cells are absent where no model was reached. */
interface CallCells {
  requests: Cell;
  requestSeconds: HistogramCell;
  overheadSeconds: HistogramCell;
  inputTokens: Cell;
  outputTokens: Cell;
  costNanos: Cell;
  genAi: { seconds: HistogramCell; inputTokens: HistogramCell; outputTokens: HistogramCell } | null;
}

interface CallLabels {
  surface: string;
  kind: string;
  status: string;
  provider: string;
  model: string;
  stream: string;
}

function resolveCallCells(families: Families, labels: CallLabels): CallCells {
  const { surface, kind, status, provider, model, stream } = labels;
  const who = { provider, model };
  return {
    requests: families.requests.cell({ surface, kind, status, provider, model, stream }),
    requestSeconds: families.requestSeconds.cell({ surface, kind, status, stream }),
    overheadSeconds: families.overheadSeconds.cell({ surface, stream }),
    inputTokens: families.tokens.cell({ direction: 'input', ...who }),
    outputTokens: families.tokens.cell({ direction: 'output', ...who }),
    costNanos: families.costNanos.cell(who),
    genAi: provider === '' ? null : resolveGenAiCells(families, labels),
  };
}

function resolveGenAiCells(families: Families, { kind, status, provider, model }: CallLabels): CallCells['genAi'] {
  const labels = {
    gen_ai_operation_name: OPERATION_NAMES[kind] ?? kind,
    gen_ai_provider_name: provider,
    gen_ai_request_model: model,
  };
  return {
    seconds: families.genAiSeconds.cell(status === 'ok' ? labels : { ...labels, error_type: status }),
    inputTokens: families.genAiTokens.cell({ ...labels, gen_ai_token_type: 'input' }),
    outputTokens: families.genAiTokens.cell({ ...labels, gen_ai_token_type: 'output' }),
  };
}

/** OpenTelemetry's words where they differ from ours. */
const OPERATION_NAMES: Readonly<Record<string, string>> = { completion: 'text_completion', embedding: 'embeddings' };

function countCall(cells: CallCells, measure: CallMeasure): void {
  const { seconds, overheadSeconds, inputTokens, outputTokens, costNanos } = measure;
  cells.requests.value += 1;
  cells.requestSeconds.observe(seconds);
  cells.overheadSeconds.observe(overheadSeconds);
  cells.inputTokens.value += inputTokens;
  cells.outputTokens.value += outputTokens;
  cells.costNanos.value += costNanos;
  if (!cells.genAi) return;
  cells.genAi.seconds.observe(seconds);
  if (inputTokens > 0) cells.genAi.inputTokens.observe(inputTokens);
  if (outputTokens > 0) cells.genAi.outputTokens.observe(outputTokens);
}

const MODELS_MAX = 200;

/** A caller may name any model of a provider: the first pairs keep their names, later ones share one. */
function createModelBound(): (provider: string, model: string) => string {
  const known = new Set<string>();
  return (provider, model) => {
    const pair = `${provider}/${model}`;
    if (known.has(pair)) return model;
    if (known.size >= MODELS_MAX) return 'other';
    known.add(pair);
    return model;
  };
}
