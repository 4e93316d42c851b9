import { HttpFailure, type IncomingAnswer } from '#platform/http-client/port.ts';
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
export async function sendRequest(deps: AdapterDeps, attempt: Attempt, request: WireRequest): Promise<IncomingAnswer> {
  const { provider, timeoutMs, signal } = attempt;
  const outgoing = { method: 'POST' as const, ...request, timeoutMs: provider.timeoutMs };
  if (timeoutMs >= provider.timeoutMs) return deps.httpClient.exchange({ ...outgoing, signal });
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
