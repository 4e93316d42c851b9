/** OpenAI over HTTP: where calls go and under which headers. */
import type { CallKind } from '@reeve/contracts';
import type { Attempt, Provider } from '../adapter.ts';
import type { CreateEndpoint, OpenAiEndpoint } from '../openai-endpoint.ts';
import { sendRequest } from '../send-request.ts';
import { chooseWire, RESPONSES_WIRE, WIRE } from './openai-wire.ts';

const PATHS: Readonly<Partial<Record<CallKind, string>>> = {
  chat: '/chat/completions',
  completion: '/completions',
  embedding: '/embeddings',
  moderation: '/moderations',
  rerank: '/rerank',
};
const RESPONSES_PATH = '/responses';

/** Posts the body of one attempt. Throws `HttpFailure`. */
export function postCall(
  endpoint: OpenAiEndpoint,
  attempt: Attempt,
  body: Uint8Array,
): ReturnType<OpenAiEndpoint['post']> {
  const { call, provider } = attempt;
  const wire = chooseWire(call, provider);
  const path = wire === RESPONSES_WIRE ? RESPONSES_PATH : (PATHS[call.kind] ?? '');
  return endpoint.post(attempt, { path, headers: call.wire === wire ? call.passHeaders : undefined, body });
}

/** OpenAI itself, and every server that takes its key as a bearer token. */
export const createOpenAiEndpoint: CreateEndpoint = (deps) => ({
  name: WIRE,
  post(attempt, { path, headers, body }) {
    const { provider } = attempt;
    const url = `${provider.baseUrl}${path}`;
    return sendRequest(deps, attempt, { url, headers: { ...headers, ...findHeaders(provider) }, body });
  },
});

/** A provider's headers never change while it is configured. */
const known = new WeakMap<Provider, Readonly<Record<string, string>>>();

function findHeaders(provider: Provider): Readonly<Record<string, string>> {
  const found = known.get(provider);
  if (found !== undefined) return found;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'user-agent': 'reeve',
    ...(provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` }),
  };
  known.set(provider, headers);
  return headers;
}
