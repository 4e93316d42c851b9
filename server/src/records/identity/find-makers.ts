/** What became of whoever made a key: it goes on working after them, and somebody has to decide whether it should. */
import type { KeyId } from '#kernel';
import type { Tx } from '#platform/database/port.ts';
import { findKeys, type KeyRecord } from './key-store.ts';
import type { MemberStatus } from './member.ts';
import { findMembers } from './member-store.ts';

/** `revoked`: the key that made it is. Members are `suspended` or `removed`. */
export const MAKER_STATES = ['active', 'suspended', 'removed', 'revoked'] as const;
export type MakerState = (typeof MAKER_STATES)[number];

/** By the maker's key, for those that this transaction sees; the operator has none. */
export type Makers = ReadonlyMap<KeyId, MakerState>;

export async function findMakers(tx: Tx, made: readonly KeyRecord[]): Promise<Makers> {
  const ids = made.flatMap(({ createdBy }) => createdBy ?? []);
  const keys = await findKeys(tx, ids);
  const members = await findMembers(
    tx,
    keys.flatMap(({ memberId }) => memberId ?? []),
  );
  const statusOf = new Map(members.map(({ id, status }) => [id, status]));
  return new Map(
    keys.map((key) => [key.id, judgeMaker(key, key.memberId === null ? null : statusOf.get(key.memberId))]),
  );
}

/** A member's key ends when they are removed. `status` is `undefined` for one who belongs to another tenant. */
function judgeMaker({ memberId, revokedAtMs }: KeyRecord, status: MemberStatus | null | undefined): MakerState {
  if (revokedAtMs !== null) return memberId === null ? 'revoked' : 'removed';
  return status === 'suspended' ? 'suspended' : 'active';
}
