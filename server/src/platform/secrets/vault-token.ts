/** The token that Vault knows us by: asked for when it is needed, renewed while it lives. */
import { AppError, type Clock } from '#kernel';
import type { VaultLogin } from './vault-url.ts';

/** What Vault says of a token it gives. */
export interface VaultAuth {
  client_token: string;
  /** Seconds; 0 for ever. */
  lease_duration: number;
  renewable: boolean;
}

export interface TokenKeeper {
  /** A token that still lives, after a login where there is none. Rejects with `AppError('secrets_unavailable')`. */
  current(): Promise<string>;
  /** Vault does not take this token any more. Resolves to true where another can be had. */
  drop(value: string): Promise<boolean>;
  close(): void;
}

/** Posts `body` at `/v1/<path>`, with a token where one is given. */
type Post = (
  path: string,
  body: object,
  token?: string,
) => Promise<{ status: number; fault: string; auth: VaultAuth | null }>;

interface Token {
  value: string;
  /** Steady-clock ms; `null` where it never ends. */
  endsMs: number | null;
}

/** A token is renewed when this part of its time is over, and not used within the last of it. */
const RENEW_AT = 0.6;
const USE_UNTIL = 0.9;

export function createTokenKeeper(login: VaultLogin, post: Post, clock: Clock): TokenKeeper {
  let token: Promise<Token> | null = null;
  let cancelRenewal = (): void => undefined;
  let closed = false;

  async function logIn(): Promise<Token> {
    if (login.type === 'token') return { value: login.token, endsMs: null };
    const credentials = { role_id: login.roleId, secret_id: login.secretId };
    const { status, fault, auth } = await post('auth/approle/login', credentials);
    if (auth !== null) return keep(auth);
    throw new AppError('secrets_unavailable', { detail: `Vault refuses the AppRole (${status}: ${fault})` });
  }

  function keep({ client_token: value, lease_duration: seconds, renewable }: VaultAuth): Token {
    if (seconds === 0) return { value, endsMs: null };
    cancelRenewal();
    if (renewable && !closed) cancelRenewal = clock.after(seconds * 1000 * RENEW_AT, () => void renew(value));
    return { value, endsMs: clock.monotonicMs() + seconds * 1000 * USE_UNTIL };
  }

  /** Where it fails the token runs out, and whoever needs one next logs in again. */
  async function renew(value: string): Promise<void> {
    const reply = await post('auth/token/renew-self', {}, value).catch(() => null);
    if (reply?.auth != null && !closed) token = Promise.resolve(keep(reply.auth));
  }

  return {
    async current() {
      for (;;) {
        const asked = (token ??= logIn());
        try {
          const { value, endsMs } = await asked;
          if (endsMs === null || clock.monotonicMs() < endsMs) return value;
        } catch (error) {
          if (token === asked) token = null;
          throw error;
        }
        if (token === asked) token = null;
      }
    },
    async drop(value) {
      if (login.type === 'token') return false;
      const asked = token;
      const known = await asked?.catch(() => null);
      // Whoever was faster has dropped it already, and a fresh one may be on its way.
      if (known?.value === value && token === asked) token = null;
      return true;
    },
    close() {
      closed = true;
      cancelRenewal();
    },
  };
}
