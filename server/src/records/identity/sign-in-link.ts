/** One-time links: how somebody signs in for the first time, or without their password. */
import type { MemberId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import type { IdentityParts } from './identity-parts.ts';
import { makeToken } from './secret-token.ts';
import { replaceLink } from './session-store.ts';

export interface SignInLink {
  /** What stands behind the server's address. The page there posts the token: opening the link alone does not use it up. */
  path: string;
  token: string;
  expiresAtMs: number;
}

const LINK_MS = 15 * 60_000;

/** Stores a link for the member, in the caller's transaction. */
export async function storeLink(tx: Tx, { random, clock }: IdentityParts, id: MemberId): Promise<SignInLink> {
  const token = makeToken(random);
  const nowMs = clock.now();
  const expiresAtMs = nowMs + LINK_MS;
  await replaceLink(tx, id, { tokenHash: token.hash, nowMs, expiresAtMs });
  return { path: `/sign-in?token=${token.text}`, token: token.text, expiresAtMs };
}
