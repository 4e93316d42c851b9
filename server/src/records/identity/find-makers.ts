/** What became of whoever made a key: it goes on working after them, and somebody has to decide whether it should. */
import type { KeyId } from '#kernel';
import type { Database } from '#platform/database/port.ts';
import { findKeys, type KeyRecord } from './key-store.ts';
import type { MemberStatus } from './member.ts';
import { findMembers } from './member-store.ts';

/** `revoked`: the key that made it is. Members are `suspended` or `removed`. */
export const MAKER_STATES = ['active', 'suspended', 'removed', 'revoked'] as const;
export type MakerState = (typeof MAKER_STATES)[number];

/** By the maker's key; the operator has none. */
export type Makers = ReadonlyMap<KeyId, MakerState>;

/** Makers may belong to another tenant than the keys: whoever sees a key learns no more of them than this one word. */
export async function findMakers(database: Database, made: readonly KeyRecord[]): Promise<Makers> {
  const ids = made.flatMap(({ createdBy }) => createdBy ?? []);
  if (ids.length === 0) return new Map();
  return database.asRole('operator', async (tx) => {
    const keys = await findKeys(tx, ids);
    const memberIds = keys.flatMap(({ memberId }) => memberId ?? []);
    const statusOf = new Map((await findMembers(tx, memberIds)).map(({ id, status }) => [id, status]));
    return new Map(
      keys.map((key) => [key.id, judgeMaker(key, key.memberId === null ? null : statusOf.get(key.memberId))]),
    );
  });
}

/** A member's key ends when they are removed. */
function judgeMaker({ memberId, revokedAtMs }: KeyRecord, status: MemberStatus | null | undefined): MakerState {
  if (revokedAtMs !== null) return memberId === null ? 'revoked' : 'removed';
  return status === 'suspended' ? 'suspended' : 'active';
}
