/** What was said becomes bytes that only its owner opens: each owner has a key, beside the tenant's. */
import type { KeyId, Scope } from '#kernel';
import type { Secrets } from '#platform/secrets/port.ts';
import { ownerOf, type EntryContent } from './memory.ts';

export type Sealer = Pick<Secrets, 'encrypt' | 'decrypt'>;

export function sealText(secrets: Sealer, scope: Scope, text: string): Promise<Buffer> {
  return secrets.encrypt(scope, purposeOf(ownerOf(scope)), Buffer.from(text));
}

/** Throws `SealError` on what another owner or tenant sealed. */
export async function openText(secrets: Sealer, scope: Scope, sealed: Uint8Array): Promise<string> {
  return (await secrets.decrypt(scope, purposeOf(ownerOf(scope)), sealed)).toString();
}

export async function openContent(secrets: Sealer, scope: Scope, sealed: Uint8Array): Promise<EntryContent> {
  // We sealed it ourselves, and the seal proves that it was not changed.
  return JSON.parse(await openText(secrets, scope, sealed)) as EntryContent;
}

const purposeOf = (owner: KeyId): string => `conversations.${owner}`;
