/** The v2 inference protocol over HTTP: where calls go and under which headers. */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt } from '../adapter.ts';
import { sendRequest } from '../send-request.ts';

/** Posts the body of one attempt. A model may name its version: `name/versions/2`. Throws `HttpFailure`. */
export function postCall(deps: AdapterDeps, attempt: Attempt, body: Uint8Array): Promise<IncomingAnswer> {
  const { provider, modelId } = attempt;
  const path = modelId.split('/').map(encodeURIComponent).join('/');
  return sendRequest(deps, attempt, {
    url: `${provider.baseUrl}/models/${path}/infer`,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'reeve',
      ...(provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` }),
    },
    body,
  });
}
