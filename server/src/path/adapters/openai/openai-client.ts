/** OpenAI over HTTP: where calls go and under which headers. */
import type { CallKind } from '@reeve/contracts';
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Provider } from '../adapter.ts';
import { sendRequest } from '../send-request.ts';
import { WIRE } from './openai-wire.ts';

const PATHS: Readonly<Partial<Record<CallKind, string>>> = { chat: '/chat/completions', embedding: '/embeddings' };

/** Posts the body of one attempt. Throws `HttpFailure`. */
export function postCall(deps: AdapterDeps, attempt: Attempt, body: Uint8Array): Promise<IncomingAnswer> {
  const { call, provider } = attempt;
  const { urls, headers } = findTarget(provider);
  const passed = call.wire === WIRE ? call.passHeaders : undefined;
  return sendRequest(deps, attempt, {
    url: urls[call.kind] ?? '',
    headers: passed === undefined ? headers : { ...passed, ...headers },
    body,
  });
}

interface Target {
  urls: Readonly<Partial<Record<CallKind, string>>>;
  headers: Readonly<Record<string, string>>;
}

/** A provider's URLs and headers never change while it is configured. */
const targets = new WeakMap<Provider, Target>();

function findTarget(provider: Provider): Target {
  const known = targets.get(provider);
  if (known !== undefined) return known;
  const urls = Object.fromEntries(Object.entries(PATHS).map(([kind, path]) => [kind, `${provider.baseUrl}${path}`]));
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'user-agent': 'reeve',
    ...(provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` }),
  };
  const target = { urls, headers };
  targets.set(provider, target);
  return target;
}
