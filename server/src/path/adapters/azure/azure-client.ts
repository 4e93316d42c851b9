/**
 * Azure over HTTP: paths of its v1 API and of the older one by deployment, and both ways to prove who asks. Source: the
 * public reference for Azure OpenAI.
 */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Provider } from '../adapter.ts';
import type { AzureSettings } from '../cloud-settings.ts';
import type { CreateEndpoint, OpenAiEndpoint } from '../openai-endpoint.ts';
import { sendRequest } from '../send-request.ts';
import type { Failed } from '../upstream-failure.ts';
import { createEntraTokens, type EntraTokens } from './entra-tokens.ts';

type OpenAiRequest = Parameters<OpenAiEndpoint['post']>[1];

export const createAzureEndpoint: CreateEndpoint = (deps) => {
  const tokens = createEntraTokens(deps);
  return {
    name: 'azure',
    post(attempt, request) {
      const { apiKey, settings } = attempt.provider;
      if (settings.entra_tenant_id !== undefined) return postWithToken(deps, tokens, attempt, request);
      return post(deps, attempt, request, apiKey === null ? {} : { 'api-key': apiKey });
    },
  };
};

/** A token that Azure refuses was taken back before its time: it is asked for anew, once. */
async function postWithToken(
  deps: AdapterDeps,
  tokens: EntraTokens,
  attempt: Attempt,
  request: OpenAiRequest,
): Promise<IncomingAnswer | Failed> {
  const deadlineMs = deps.clock.monotonicMs() + attempt.timeoutMs;
  const postOnce = async () => {
    const given = await tokens.get(attempt);
    if (given.type === 'failure') return { token: null, answer: given };
    const timeoutMs = Math.max(1, deadlineMs - deps.clock.monotonicMs());
    const answer = await post(deps, { ...attempt, timeoutMs }, request, { authorization: `Bearer ${given.token}` });
    return { token: given.token, answer };
  };
  const first = await postOnce();
  if (first.token === null || first.answer.status !== 401) return first.answer;
  first.answer.abort();
  tokens.forget(attempt.provider, first.token);
  return (await postOnce()).answer;
}

function post(
  deps: AdapterDeps,
  attempt: Attempt,
  { path, headers, body }: OpenAiRequest,
  credential: Readonly<Record<string, string>>,
): Promise<IncomingAnswer> {
  return sendRequest(deps, attempt, {
    url: findUrl(attempt.provider, attempt.modelId, path),
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'user-agent': 'reeve',
      ...credential,
    },
    body,
  });
}

/** Paths that the older API keeps outside its deployments. */
const WITHOUT_DEPLOYMENT: ReadonlySet<string> = new Set(['/responses']);

function findUrl({ baseUrl, settings }: Provider, deployment: string, path: string): string {
  const { api_version: version }: AzureSettings = settings;
  if (version === undefined) return `${baseUrl}${path}`;
  const root = baseUrl.replace(/(\/openai)?(\/v1)?$/, '');
  const place = WITHOUT_DEPLOYMENT.has(path) ? '' : `/deployments/${encodeURIComponent(deployment)}`;
  return `${root}/openai${place}${path}?api-version=${encodeURIComponent(version)}`;
}
