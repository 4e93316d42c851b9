/** Each writer's receipts form a chain: a receipt carries the hash of the one before it. */
import { hash } from 'node:crypto';
import type { ReceiptBody } from '@reeve/contracts';
import { assert, type WriterId } from '#kernel';
import { canonicalise, hasOrderedKeys } from './canonical-json.ts';
import type { ReceiptDraft, Tags } from './ledger.ts';

/** Stands for the hash before a writer's first receipt. */
export const GENESIS_HASH = '0'.repeat(64);

/** Where a writer's chain stands: its last receipt; `seq` 0 before the first. */
export interface ChainHead {
  writerId: WriterId;
  seq: number;
  hash: string;
}

export interface SealedReceipt {
  id: string;
  seq: number;
  hash: string;
  /** `{"hash":…,"id":…,"seq":…,"tags":…,"body":…}`, the body in canonical form: what journal and database take. */
  row: string;
}

/** Gives the draft its place behind `last`. Throws on figures that no store could take: a bug of the caller. */
export function sealReceipt(last: ChainHead, draft: ReceiptDraft, tags: Tags): SealedReceipt {
  checkFigures(draft);
  const seq = last.seq + 1;
  const text = toCanonicalText(placeDraft(last, draft));
  const digest = hash('sha256', text);
  const head = `{"hash":"${digest}","id":"${draft.id}","seq":${seq},"tags":${toStorableJson(tags)},"body":`;
  // Joined, it lies in one piece: what is put together of pieces would be copied by each who reads its bytes.
  const row = [head, text, '}'].join('');
  return { id: draft.id, seq, hash: digest, row };
}

/** Lower-case hex SHA-256 of the canonical form. */
export function hashReceipt(body: unknown): string {
  return hash('sha256', canonicalise(body));
}

export interface ChainFault {
  seq: number;
  what: string;
}

export interface ChainReport {
  head: ChainHead;
  receipts: number;
  faults: ChainFault[];
}

/** Checks that `receipts` (in order of `seq`) follow each other and `head` without a gap, a change or a repetition. */
export function verifyChain(head: ChainHead, receipts: Iterable<{ body: ReceiptBody; hash: string }>): ChainReport {
  const faults: ChainFault[] = [];
  let last = head;
  let count = 0;
  for (const { body, hash: stored } of receipts) {
    const { seq } = body;
    count += 1;
    if (body.writer_id !== head.writerId) faults.push({ seq, what: `it belongs to writer ${body.writer_id}` });
    if (seq !== last.seq + 1) faults.push({ seq, what: `it follows number ${last.seq}` });
    if (body.prev_hash !== last.hash) faults.push({ seq, what: 'it does not carry the hash of the one before' });
    if (hashReceipt(body) !== stored) faults.push({ seq, what: 'its hash does not fit its content' });
    last = { writerId: head.writerId, seq, hash: stored };
  }
  return { head: last, receipts: count, faults };
}

/** Keys in code-unit order at every level, so that `JSON.stringify` gives the canonical form without sorting. */
function placeDraft(head: ChainHead, draft: ReceiptDraft): ReceiptBody {
  const { model, policy, token_usage: usage } = draft;
  return {
    answer_hash: draft.answer_hash,
    attempts: draft.attempts.map((attempt) => ({
      latency_ms: attempt.latency_ms,
      model_id: attempt.model_id,
      outcome: attempt.outcome,
      provider: attempt.provider,
    })),
    bytes_in: draft.bytes_in,
    bytes_out: draft.bytes_out,
    confidence_score: draft.confidence_score,
    cost_nanos: draft.cost_nanos,
    created_at: draft.created_at,
    error_code: draft.error_code,
    finish_reason: draft.finish_reason,
    first_byte_ms: draft.first_byte_ms,
    id: draft.id,
    key_id: draft.key_id,
    kind: draft.kind,
    latency_ms: draft.latency_ms,
    model: model === null ? null : { model_id: model.model_id, provider: model.provider },
    overhead_us: draft.overhead_us,
    parent_receipt: draft.parent_receipt,
    pii_classes: draft.pii_classes,
    policy: {
      attributes: policy.attributes,
      decision: policy.decision,
      policies: policy.policies,
      version: policy.version,
    },
    prev_hash: head.hash,
    price_version: draft.price_version,
    prompt_hash: draft.prompt_hash,
    propensity_ppm: draft.propensity_ppm,
    region: draft.region,
    requested_model: draft.requested_model,
    seq: head.seq + 1,
    status: draft.status,
    stream: draft.stream,
    surface: draft.surface,
    tenant_id: draft.tenant_id,
    token_usage: {
      cached: usage.cached,
      completion: usage.completion,
      details: usage.details,
      estimated: usage.estimated,
      prompt: usage.prompt,
      total: usage.total,
    },
    trace_id: draft.trace_id,
    v: 1,
    writer_id: head.writerId,
  };
}

function toCanonicalText(body: ReceiptBody): string {
  const ordered = hasOrderedKeys(body.policy.attributes) && hasOrderedKeys(body.token_usage.details);
  const text = ordered ? JSON.stringify(body) : canonicalise(body);
  return holdsUnstorable(text) ? canonicalise(cleanTexts(body)) : text;
}

function toStorableJson(value: Tags): string {
  const text = JSON.stringify(value);
  return holdsUnstorable(text) ? JSON.stringify(cleanTexts(value)) : text;
}

/** `jsonb` takes neither U+0000 nor lone surrogates, and callers can put both into a model's name. */
function holdsUnstorable(json: string): boolean {
  return json.includes('\\u') && /\\u(?:0000|d[89a-f])/.test(json);
}

function cleanTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed();
  if (Array.isArray(value)) return value.map(cleanTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [cleanTexts(key), cleanTexts(member)]));
}

/** Throws where a figure of the draft is none; before a call leaves, so that no call is made that cannot be settled. */
export function checkFigures(draft: ReceiptDraft): void {
  const { cost_nanos: costNanos, latency_ms: latencyMs, token_usage: usage } = draft;
  assert(costNanos === null || Number.isSafeInteger(costNanos), 'a receipt has a whole cost');
  assert(Number.isSafeInteger(usage.prompt) && Number.isSafeInteger(usage.completion), 'a receipt has whole tokens');
  assert(Number.isInteger(latencyMs) && latencyMs >= 0 && latencyMs <= 0x7fff_ffff, 'a receipt has a whole latency');
  assert(!Number.isNaN(Date.parse(draft.created_at)), 'a receipt has a moment');
}
