/** What stands under an answer: what it cost, which way it went, how long it took. At first from the stream, else from its receipt. */
import { queryOptions } from '@tanstack/react-query';
import { ApiProblem } from '#api';
import { receiptQuery, type Receipt } from '#app';

export interface Facts {
  /** `provider/model`; `null` where none was reached. */
  route: string | null;
  /** The candidates that failed before. */
  failed: readonly string[];
  /** `null`: no price is known; `undefined`: not told yet. */
  costNanos: number | null | undefined;
  input: number | null;
  output: number | null;
  estimated: boolean;
  firstMs: number | null;
  totalMs: number | null;
  status: Receipt['status'];
}

const TRIES_MAX = 8;
const WAIT_MS = 400;

/** The receipt of an answer of now, which is written a moment after it. */
export function newReceiptQuery(id: string) {
  return queryOptions({
    ...receiptQuery(id),
    retry: (failures, error) => failures < TRIES_MAX && error instanceof ApiProblem && error.status === 404,
    retryDelay: WAIT_MS,
  });
}

export function toFacts(receipt: Receipt): Facts {
  const { model, attempts, token_usage: usage } = receipt;
  const route = model === null ? null : `${model.provider}/${model.model_id}`;
  const names = attempts.filter(({ outcome }) => outcome !== 'ok').map((one) => `${one.provider}/${one.model_id}`);
  return {
    route,
    failed: [...new Set(names)].filter((name) => name !== route),
    costNanos: receipt.cost_nanos,
    input: usage.prompt,
    output: usage.completion,
    estimated: usage.estimated,
    firstMs: receipt.first_byte_ms,
    totalMs: receipt.latency_ms,
    status: receipt.status,
  };
}
