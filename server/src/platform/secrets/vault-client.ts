/** Vault over HTTP: log in, keep the token alive, and tell a Vault that is sealed or away from one that says no. */
import { AppError, type Clock } from '#kernel';
import { HttpFailure, type HttpClient, type IncomingAnswer } from '../http-client/port.ts';
import { createTokenKeeper, type VaultAuth } from './vault-token.ts';
import type { VaultAddress } from './vault-url.ts';

type Method = 'GET' | 'POST' | 'DELETE';

export interface VaultReply {
  status: number;
  /** `data` of the answer; empty where there is none. */
  data: Readonly<Record<string, unknown>>;
  /** What Vault says against the request, joined. */
  fault: string;
}

export interface VaultClient {
  /**
   * Asks at `/v1/<path>`. Resolves with 2xx, 400, and 404 for what does not exist; everything else rejects with `AppError('secrets_unavailable')`,
   * whose detail says what is wrong. A token that has ended is replaced once, where we can log in.
   */
  ask(method: Method, path: string, body?: object): Promise<VaultReply>;
  /** Resolves to `null` when Vault serves us, else to what is wrong. */
  check(): Promise<string | null>;
  close(): void;
}

export interface VaultDeps {
  httpClient: HttpClient;
  clock: Clock;
}

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
export function createVaultClient(address: VaultAddress, { httpClient, clock }: VaultDeps): VaultClient {
  async function send(method: Method, path: string, body?: object, token?: string): Promise<RawReply> {
    const answer = await exchange(httpClient, {
      method,
      url: `${address.origin}/v1/${path}`,
      headers: {
        'x-vault-request': 'true',
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(address.namespace === null ? {} : { 'x-vault-namespace': address.namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: TIMEOUT_MS,
    });
    return readReply(answer);
  }

  const tokens = createTokenKeeper(address.login, (path, body, token) => send('POST', path, body, token), clock);

  async function ask(method: Method, path: string, body?: object): Promise<VaultReply> {
    const token = await tokens.current();
    let reply = await send(method, path, body, token);
    // Revoked, or ended while Vault was away: what a fresh token may not do either is refused for good.
    if (reply.status === 403 && (await tokens.drop(token))) {
      reply = await send(method, path, body, await tokens.current());
    }
    // A 404 that gives a reason is a path where nothing is mounted.
    if (reply.status < 300 || reply.status === 400 || (reply.status === 404 && reply.fault === '')) return reply;
    throw unavailable(describe(reply));
  }

  return {
    ask,
    async check() {
      try {
        const health = await send('GET', 'sys/health?standbyok=true&perfstandbyok=true');
        if (health.status !== 200) return describe(health);
        await ask('GET', 'auth/token/lookup-self');
        return null;
      } catch (error) {
        return error instanceof AppError ? (error.detail ?? error.message) : String(error);
      }
    },
    close: () => tokens.close(),
  };
}

type RawReply = VaultReply & { auth: VaultAuth | null };

interface VaultAnswer {
  data?: Record<string, unknown> | null;
  errors?: string[];
  auth?: VaultAuth | null;
}

async function exchange(
  httpClient: HttpClient,
  request: Parameters<HttpClient['exchange']>[0],
): Promise<IncomingAnswer> {
  try {
    return await httpClient.exchange(request);
  } catch (error) {
    throw unavailable(`Vault cannot be reached: ${String(error)}`, error);
  }
}

async function readReply(answer: IncomingAnswer): Promise<RawReply> {
  try {
    const text = (await answer.readAll(ANSWER_BYTES_MAX)).toString('utf8');
    const { data, errors, auth } = (text === '' ? {} : JSON.parse(text)) as VaultAnswer;
    return { status: answer.status, data: data ?? {}, fault: (errors ?? []).join('; '), auth: auth ?? null };
  } catch (error) {
    if (error instanceof HttpFailure) throw unavailable(`Vault broke off: ${error.message}`, error);
    throw unavailable(`Vault answers ${answer.status} with what is no JSON`, error);
  }
}

function describe({ status, fault }: VaultReply): string {
  if (status === 503) return 'Vault is sealed: unseal it';
  if (status === 501) return 'Vault is not initialised';
  if (status === 403) return `Vault refuses us: ${fault}`;
  return `Vault answers ${status}: ${fault}`;
}

function unavailable(detail: string, cause?: unknown): AppError {
  return new AppError('secrets_unavailable', { detail, cause });
}
