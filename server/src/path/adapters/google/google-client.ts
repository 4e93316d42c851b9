/** The Gemini API over HTTP: where calls go and under which headers. */
import type { CallKind } from '@reeve/contracts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt } from '../adapter.ts';
import { sendRequest } from '../send-request.ts';

const METHODS: Readonly<Partial<Record<CallKind, string>>> = {
  chat: 'generateContent',
  count: 'countTokens',
  embedding: 'batchEmbedContents',
};

/** Posts the body of one attempt. Throws `HttpFailure`. */
export function postCall(deps: AdapterDeps, attempt: Attempt, body: Uint8Array): Promise<IncomingAnswer> {
  const { apiKey } = attempt.provider;
  return sendRequest(deps, attempt, {
    url: findUrl(attempt),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'user-agent': 'reeve',
      ...(apiKey === null ? {} : { 'x-goog-api-key': apiKey }),
    },
    body,
  });
}

function findUrl({ call, provider, modelId }: Attempt): string {
  const method = call.stream ? 'streamGenerateContent?alt=sse' : (METHODS[call.kind] ?? '');
  return `${provider.baseUrl}/${nameModel(modelId).split('/').map(encodeURIComponent).join('/')}:${method}`;
}

/** The resource name: `models/…` unless it is one already, as tuned models are. */
export function nameModel(modelId: string): string {
  return modelId.includes('/') ? modelId : `models/${modelId}`;
}
