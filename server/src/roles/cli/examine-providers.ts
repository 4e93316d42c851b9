/** Asks each provider for its list of models, which costs nothing: through the same exit and rules as every call. */
import { ADAPTERS, type Provider } from '#adapters';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { HttpFailure, type HttpClient, type IncomingAnswer } from '../../platform/http-client/port.ts';
import { createHttpClient } from '../../platform/http-client/undici-client.ts';
import type { Config } from '../config.ts';
import { reachable, type Finding } from './findings.ts';

const TIMEOUT_MS = 5_000;

export async function examineProviders({ providers, egress }: Config): Promise<Finding[]> {
  const httpClient = createHttpClient({ egress, clock: systemClock });
  try {
    return await Promise.all(providers.map((provider) => examineProvider(httpClient, provider)));
  } finally {
    await httpClient.close();
  }
}

async function examineProvider(httpClient: HttpClient, provider: Provider): Promise<Finding> {
  const name = `provider ${provider.name}`;
  const proof = prove(provider);
  const headers = { accept: 'application/json', ...proof };
  try {
    const url = `${provider.baseUrl}/models`;
    const answer = await httpClient.exchange({ method: 'GET', url, headers, timeoutMs: TIMEOUT_MS });
    answer.abort();
    if (proof === null && answer.status < 500) return reachable(name, 'note', UNPROVED);
    return judgeAnswer(name, provider, answer);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.kind === 'refused') {
      const mend = 'Allow it under "egress" in reeve.yaml, or turn "offline" off.';
      return reachable(name, 'broken', `the egress rules forbid it: ${error.message}`, mend);
    }
    const mend = `Check base_url (${provider.baseUrl}), the network, and that the endpoint runs.`;
    return reachable(name, 'broken', `does not answer: ${error.message}`, mend);
  }
}

const UNPROVED = 'answers; whether it knows us only a call can tell: reeve models test';

/** `null` where only a call can prove who asks. */
function prove(provider: Provider): Readonly<Record<string, string>> | null {
  const own = ADAPTERS[provider.adapter]?.prove;
  if (own !== undefined) return own(provider);
  return provider.apiKey === null ? {} : { authorization: `Bearer ${provider.apiKey}` };
}

function judgeAnswer(name: string, provider: Provider, { status }: IncomingAnswer): Finding {
  if (status === 401 || status === 403) {
    const held = provider.apiKey === null ? 'no key is set' : 'it refuses the key that is set';
    const mend = `Set api_key of providers.${provider.name} (or the variable behind it) to a valid key.`;
    return reachable(name, 'broken', `answers ${status}: ${held}`, mend);
  }
  if (status >= 500) {
    return reachable(name, 'warning', `answers ${status}`, 'The fault is on its side: try again later.');
  }
  if (status >= 300) {
    // Not every compatible endpoint lists its models.
    return reachable(name, 'ok', `answers (${status} to a request for its list of models)`);
  }
  return reachable(name, 'ok', 'answers');
}
