import { HttpFailure, type IncomingAnswer, type OutgoingRequest } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt } from './adapter.ts';

export interface WireRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/**
 * Posts one attempt. The head of the answer may take what is left of the provider's time (`attempt.timeoutMs`), each
 * silence afterwards the whole of it. Throws `HttpFailure`.
 */
export function sendRequest(deps: AdapterDeps, attempt: Attempt, request: WireRequest): Promise<IncomingAnswer> {
  const { provider, timeoutMs, signal } = attempt;
  const outgoing = { method: 'POST' as const, ...request, timeoutMs: provider.timeoutMs, signal };
  return timeoutMs < provider.timeoutMs ? sendInTime(deps, timeoutMs, outgoing) : deps.httpClient.exchange(outgoing);
}

/** Bounds the wait for the head by what other attempts left of the provider's time. */
async function sendInTime(
  deps: AdapterDeps,
  timeoutMs: number,
  outgoing: OutgoingRequest & { signal: AbortSignal },
): Promise<IncomingAnswer> {
  const { signal } = outgoing;
  const deadline = new AbortController();
  const cancel = deps.clock.after(timeoutMs, () => deadline.abort());
  try {
    return await deps.httpClient.exchange({ ...outgoing, signal: AbortSignal.any([signal, deadline.signal]) });
  } catch (error) {
    if (!deadline.signal.aborted || signal.aborted) throw error;
    throw new HttpFailure('timeout', `no answer began within the ${Math.round(timeoutMs)} ms that were left`, error);
  } finally {
    cancel();
  }
}
