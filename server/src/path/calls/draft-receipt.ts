import type { ReceiptStatus, Usage } from '@reeve/contracts';
import type { ReceiptDraft } from '#audit';
import type { Attempted, Candidate } from '#routing';
import type { CallRequest } from './calls.ts';
import type { CallFacts } from './open-call.ts';

/** What settles a call; all else comes from the request and its facts. */
export interface Outcome {
  status: ReceiptStatus;
  candidate: Candidate | null;
  usage: Usage;
  costNanos: number | null;
  priceVersion: string | null;
  propensityPpm: number;
  answerHash?: string | null;
  attempts?: readonly Attempted[];
  bytesOut?: number;
  errorCode?: string | null;
  finishReason?: string | null;
  firstByteMs?: number | null;
  latencyMs?: number;
  overheadMs?: number;
}

/**
 * The receipt before it has its place in the chain. Keys stand in code-unit order at every level: that makes
 * `JSON.stringify` the canonical form (RFC 8785), which the log relies on.
 */
export function draftReceipt(request: CallRequest, facts: CallFacts, outcome: Outcome): ReceiptDraft {
  const { scope, call } = request;
  const { usage, candidate } = outcome;
  return {
    answer_hash: outcome.answerHash ?? null,
    attempts: (outcome.attempts ?? []).map((attempt) => ({
      latency_ms: Math.round(attempt.latencyMs),
      model_id: attempt.modelId,
      outcome: attempt.outcome,
      provider: attempt.provider,
    })),
    bytes_in: facts.bytesIn,
    bytes_out: outcome.bytesOut ?? 0,
    confidence_score: null,
    cost_nanos: outcome.costNanos,
    created_at: facts.createdAt,
    error_code: outcome.errorCode ?? null,
    finish_reason: outcome.finishReason ?? null,
    first_byte_ms: outcome.firstByteMs == null ? null : Math.round(outcome.firstByteMs),
    id: facts.receiptId,
    key_id: scope.actor.keyId,
    kind: call.kind,
    latency_ms: Math.round(outcome.latencyMs ?? 0),
    model: candidate === null ? null : { model_id: candidate.modelId, provider: candidate.provider.name },
    overhead_us: Math.max(0, Math.round((outcome.overheadMs ?? 0) * 1000)),
    parent_receipt: null,
    pii_classes: [],
    policy: {
      attributes: facts.decision.attributes,
      decision: facts.decision.allowed ? 'allow' : 'deny',
      policies: [...facts.decision.policies],
      version: facts.decision.version,
    },
    price_version: outcome.priceVersion,
    prompt_hash: facts.promptHash,
    propensity_ppm: outcome.propensityPpm,
    region: candidate?.provider.region ?? null,
    requested_model: call.model,
    status: outcome.status,
    stream: call.stream,
    surface: request.surface,
    tenant_id: scope.tenantId,
    token_usage: {
      cached: usage.cachedInputTokens,
      completion: usage.outputTokens,
      details: toDetails(usage),
      estimated: usage.estimated,
      prompt: usage.inputTokens,
      total: usage.inputTokens + usage.outputTokens,
    },
    trace_id: scope.trace.traceId,
    v: 1,
  };
}

/** With these the cost can be reckoned again from the receipt and the price list that it names. */
function toDetails(usage: Usage): Record<string, number> {
  const details: Record<string, number> = {};
  if (usage.audioInputTokens) details.audio_input = usage.audioInputTokens;
  if (usage.audioOutputTokens) details.audio_output = usage.audioOutputTokens;
  if (usage.cacheWriteTokens) details.cache_write = usage.cacheWriteTokens;
  if (usage.cacheWrite1hTokens) details.cache_write_1h = usage.cacheWrite1hTokens;
  if (usage.reasoningTokens) details.reasoning = usage.reasoningTokens;
  if (usage.searches) details.searches = usage.searches;
  return details;
}
