/**
 * Access tokens of Microsoft Entra ID for an application (OAuth 2.0 client credentials). Source: the public reference
 * of the Microsoft identity platform.
 */
import { HttpFailure } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Provider } from '../adapter.ts';
import { readAuthority, type AzureSettings } from '../cloud-settings.ts';
import { parseJson, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { failWith, toPublicMessage, type Failed } from '../upstream-failure.ts';

export interface EntraTokens {
  /** A token that holds for a while yet; callers that wait at the same time share one request. Throws `HttpFailure`. */
  get(attempt: Attempt): Promise<Given>;
  /** Azure refused this token. */
  forget(provider: Provider, token: string): void;
}

type Given = { type: 'token'; token: string } | Failed;

const SCOPE = 'https://cognitiveservices.azure.com/.default';
/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 5 * 60_000;
/** Of a short-lived token at most half is given up for that margin. */
const MARGIN_SHARE = 0.5;
const LIFETIME_S = 3_600;
const REQUEST_MS = 15_000;
const ANSWER_BYTES_MAX = 256 * 1024;

interface Token {
  token: string;
  renewAtMs: number;
}

interface Shelf {
  token?: Token | undefined;
  pending?: Promise<Token | Failed> | undefined;
}

export function createEntraTokens(deps: AdapterDeps): EntraTokens {
  const shelves = new WeakMap<Provider, Shelf>();
  const shelfOf = (provider: Provider): Shelf => {
    const shelf = shelves.get(provider) ?? {};
    shelves.set(provider, shelf);
    return shelf;
  };
  return {
    async get(attempt) {
      const shelf = shelfOf(attempt.provider);
      const { token } = shelf;
      if (token !== undefined && deps.clock.monotonicMs() < token.renewAtMs)
        return { type: 'token', token: token.token };
      shelf.pending ??= refill(deps, attempt.provider, shelf);
      const given = await waitFor(deps, attempt, shelf.pending);
      return 'token' in given ? { type: 'token', token: given.token } : given;
    },
    forget(provider, token) {
      const shelf = shelfOf(provider);
      if (shelf.token?.token === token) shelf.token = undefined;
    },
  };
}

async function refill(deps: AdapterDeps, provider: Provider, shelf: Shelf): Promise<Token | Failed> {
  try {
    const given = await askForToken(deps, provider);
    if ('token' in given) shelf.token = given;
    return given;
  } finally {
    shelf.pending = undefined;
  }
}

/** A caller that goes away, or whose time is up, leaves the shared request to the others. */
async function waitFor<Value>(
  deps: AdapterDeps,
  { signal, timeoutMs }: Attempt,
  pending: Promise<Value>,
): Promise<Value> {
  // The last waiter may have left when it fails.
  pending.catch(() => undefined);
  const { promise: leave, reject } = Promise.withResolvers<never>();
  const goAway = (): void => reject(new HttpFailure('aborted', 'the caller went away'));
  const cancel = deps.clock.after(timeoutMs, () => reject(new HttpFailure('timeout', 'no token came in time')));
  signal.addEventListener('abort', goAway, { once: true });
  if (signal.aborted) goAway();
  try {
    return await Promise.race([pending, leave]);
  } finally {
    cancel();
    signal.removeEventListener('abort', goAway);
  }
}

async function askForToken(deps: AdapterDeps, provider: Provider): Promise<Token | Failed> {
  const settings: AzureSettings = provider.settings;
  const askedAtMs = deps.clock.monotonicMs();
  const answer = await deps.httpClient.exchange({
    method: 'POST',
    url: `${readAuthority(settings)}/${encodeURIComponent(settings.entra_tenant_id ?? '')}/oauth2/v2.0/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'user-agent': 'reeve' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings.entra_client_id ?? '',
      client_secret: settings.entra_client_secret ?? '',
      scope: settings.entra_scope ?? SCOPE,
    }).toString(),
    timeoutMs: Math.min(REQUEST_MS, provider.timeoutMs),
  });
  const body = readRecord(parseJson((await answer.readAll(ANSWER_BYTES_MAX)).toString('utf8')));
  const token = readText(body?.access_token);
  if (answer.status !== 200 || token === null) return refuse(answer.status, body, provider);
  return { token, renewAtMs: askedAtMs + toUsableMs(Number(body?.expires_in)) };
}

function toUsableMs(lifetimeS: number): number {
  const lifetimeMs = (Number.isFinite(lifetimeS) && lifetimeS > 0 ? lifetimeS : LIFETIME_S) * 1000;
  return lifetimeMs - Math.min(MARGIN_MS, lifetimeMs * MARGIN_SHARE);
}

/** Whatever it says about our application is the operator's to mend, never the caller's: a 401 of the provider. */
function refuse(status: number, body: JsonRecord | null, provider: Provider): Failed {
  const said = toPublicMessage(readText(body?.error_description) ?? readText(body?.error) ?? '', provider);
  const message = said === '' ? 'Entra ID gave no token.' : `Entra ID gave no token: ${said}`;
  const { failure } = failWith('status', message);
  const isBusy = status === 408 || status === 429 || status >= 500;
  return { type: 'failure', failure: { ...failure, status: isBusy ? status : 401 } };
}
