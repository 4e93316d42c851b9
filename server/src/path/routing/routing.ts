/** The words of routing: where a call may go, in which order, and what became of it. */
import type { PriceEntry } from '#accounting';
import type { Answer, AnswerFrame, Call, ErrorCode } from '@reeve/contracts';
import type { Provider, UpstreamFailure } from '#adapters';
import type { BreakerDescription } from './circuit-breaker.ts';

/** A model at a provider. */
export interface Candidate {
  readonly provider: Provider;
  readonly modelId: string;
}

/** A breaker that lets nothing through, or one trial at a time. */
export interface OpenBreaker extends BreakerDescription {
  provider: string;
  modelId: string;
}

/** Candidates in the order in which they are tried. */
export interface Plan {
  readonly candidates: readonly Candidate[];
  /** How likely this order was when it was chosen, in millionths; 1,000,000 where chance had no part. */
  readonly propensityPpm: number;
  /** Candidates that were sorted out because they cannot carry the call. */
  readonly fallen?: readonly Fallen[];
}

export interface Fallen {
  candidate: Candidate;
  /** What of the call it does not take, in the caller's words. */
  reasons: readonly string[];
}

/** One attempt, for receipts and metrics. */
export interface Attempted {
  provider: string;
  modelId: string;
  /** `ok`, `status-503`, `timeout`, `breaker-open`, … */
  outcome: string;
  latencyMs: number;
}

interface RunFacts {
  propensityPpm: number;
  attempts: readonly Attempted[];
  /** `provider/model` of other candidates that failed, in order. */
  failed: readonly string[];
}

export type RunResult =
  | (RunFacts & { type: 'answer'; candidate: Candidate; answer: Answer })
  | (RunFacts & { type: 'stream'; candidate: Candidate; frames: AsyncIterable<AnswerFrame> })
  | (RunFacts & {
      type: 'failed';
      /** Whose failure this is. */
      candidate: Candidate | null;
      failure: UpstreamFailure;
      code: ErrorCode;
      /** The provider's own 4xx, which goes to the caller with its status, `retry-after` and body. */
      passThrough: boolean;
    });

export interface RunRequest {
  plan: Plan;
  call: Call;
  signal: AbortSignal;
}

/** A name that callers may use. */
export interface RoutedModel {
  name: string;
  /** `provider/model` of each candidate, in order. */
  candidates: readonly string[];
  createdSeconds: number;
  ownedBy: string;
  /** What the lists know of each candidate, in the same order; `null` for unknown models. */
  facts: readonly (PriceEntry | null)[];
}

export interface Routing {
  /** The plan behind an alias, a `provider/model` or a bare name; `null` where nothing answers to it. */
  resolve(model: string): Plan | null;
  /**
   * What is known of a name that `resolve` takes; `null` where it takes none, and for a bare name on no list, which is
   * only tried.
   */
  describe(name: string): RoutedModel | null;
  /** Every name to show in listings: aliases, then the priced models of providers that were added by their key. */
  listModels(): readonly RoutedModel[];
  /** The allowed candidates (indexes into the plan) that can carry the call, in the order to try them. */
  order(plan: Plan, allowedCandidates: readonly number[], call: Call): Plan;
  /** Tries the candidates until one answers or gives the first good frame of a stream. Never throws for a provider. */
  run(request: RunRequest): Promise<RunResult>;
  /** A stream of this candidate broke after its first frame: its breaker learns it. */
  noteBreak(candidate: Candidate): void;
  /** Models that are left alone for now, in this process. */
  listOpenBreakers(): readonly OpenBreaker[];
}

export const CERTAIN_PPM = 1_000_000;

const names = new WeakMap<Candidate, string>();

/** `provider/model`; written once for each candidate, since those behind an alias come again with every call. */
export function candidateName(candidate: Candidate): string {
  const known = names.get(candidate);
  if (known !== undefined) return known;
  const name = `${candidate.provider.name}/${candidate.modelId}`;
  names.set(candidate, name);
  return name;
}
