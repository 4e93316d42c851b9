/** Cohere over HTTP: where calls go and under which headers. */
import type { CallKind } from '@reeve/contracts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt } from '../adapter.ts';
import { sendRequest } from '../send-request.ts';

const PATHS: Readonly<Partial<Record<CallKind, string>>> = { chat: '/chat', embedding: '/embed', rerank: '/rerank' };

/** Posts the body of one attempt. Throws `HttpFailure`. */
export function postCall(deps: AdapterDeps, attempt: Attempt, body: Uint8Array): Promise<IncomingAnswer> {
  const { call, provider } = attempt;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'user-agent': 'reeve',
    ...(provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` }),
  };
  return sendRequest(deps, attempt, { url: `${provider.baseUrl}${PATHS[call.kind] ?? ''}`, headers, body });
}
