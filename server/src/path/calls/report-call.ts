import type { ReceiptDraft } from '#audit';
import type { OpenCall } from './open-call.ts';

/** Tells metrics and traces about a settled call. Never text, never a user or key id as a label. */
export function reportCall(call: OpenCall, draft: ReceiptDraft, overheadMs: number): void {
  const { path, request, timeline } = call;
  const { metrics, tracer } = path.telemetry;
  const nowMs = timeline.now();
  metrics.call({
    tenantId: request.scope.tenantId,
    surface: draft.surface,
    kind: draft.kind,
    status: draft.status,
    provider: draft.model?.provider ?? '',
    model: draft.model?.model_id ?? '',
    seconds: (nowMs - timeline.startedMs) / 1000,
    overheadSeconds: Math.max(0, overheadMs) / 1000,
    inputTokens: draft.token_usage.prompt,
    outputTokens: draft.token_usage.completion,
    costNanos: draft.cost_nanos ?? 0,
    stream: draft.stream,
  });
  if (!tracer.enabled) return;
  const failed = draft.status === 'failed';
  const root = { name: 'ingress' as const, startMs: timeline.startedMs, endMs: nowMs, failed };
  const attributes = {
    'gen_ai.operation.name': draft.kind,
    'gen_ai.request.model': draft.requested_model,
    'gen_ai.provider.name': draft.model?.provider ?? '',
    'gen_ai.response.model': draft.model?.model_id ?? '',
    'gen_ai.usage.input_tokens': draft.token_usage.prompt,
    'gen_ai.usage.output_tokens': draft.token_usage.completion,
    'reeve.receipt': draft.id,
    'reeve.tenant': draft.tenant_id,
  };
  const steps = timeline.spans.map((span) => ({ ...span, attributes: {}, failed: false }));
  tracer.finish(request.scope, [{ ...root, attributes }, ...steps], failed);
}
