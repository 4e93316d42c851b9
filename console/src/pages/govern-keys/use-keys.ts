/** The keys of the tenant as this page tells them: with their state, and with names in place of ids. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { call, request, serverNow, type Reply } from '#api';
import { holds, useListing, useMe, type Listing } from '#app';

export type Key = Reply<'GET /api/v1/keys/{id}'>;
export type KeyState = 'active' | 'ending' | 'expired' | 'revoked';

const PAGE = '200';
const DAY_MS = 86_400_000;
/** A key that ends within so long is told as ending. */
const SOON_MS = 7 * DAY_MS;
const USAGE_DAYS = 30;

export function stateOf({ revoked_at: revokedAt, expires_at: expiresAt }: Key): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  const leftMs = Date.parse(expiresAt) - serverNow();
  if (leftMs <= 0) return 'expired';
  return leftMs < SOON_MS ? 'ending' : 'active';
}

export function isOver(key: Key): boolean {
  return ['expired', 'revoked'].includes(stateOf(key));
}

/** Who made it may not do so any more, and it works on; `null` where that is not so, or not known here. */
export function leftBehind(key: Key): 'suspended' | 'removed' | 'revoked' | null {
  const { maker_state: state } = key;
  return state === 'active' || isOver(key) ? null : state;
}

export function useKeys(): Listing<Key> {
  return useListing(['keys', 'list'], ({ after, signal }) =>
    call('GET /api/v1/keys', { query: { limit: PAGE, ...(after === undefined ? {} : { after }) }, signal }),
  );
}

/** The open key: out of the list where it is there, else asked for by itself, so that a link to any key opens it. */
export function useKey(id: string | undefined, known: readonly Key[]) {
  const listed = known.find((key) => key.id === id);
  const asked = useQuery({
    queryKey: ['keys', 'one', id],
    enabled: id !== undefined && listed === undefined,
    queryFn: ({ signal }) => call('GET /api/v1/keys/{id}', { params: { id: id ?? '' }, signal }),
  });
  return { item: listed ?? asked.data, error: listed === undefined ? asked.error : null };
}

export interface Names {
  /** A person's name in place of the word that stands on every member's key. */
  ofKey(key: Key): string;
  /** Who made a key. */
  ofMaker(id: string | null): string;
}

/** Members are asked for where this member may see them; without, their keys stay without a person's name. */
export function useNames(keys: readonly Key[]): Names {
  const t = useTranslations('keys');
  const me = useMe();
  const { data: members } = useQuery({
    queryKey: ['keys', 'members'],
    enabled: holds(me, 'members:manage'),
    queryFn: ({ signal }) => call('GET /api/v1/members', { query: { limit: '500' }, signal }),
  });
  return useMemo(() => {
    const people = new Map((members?.data ?? []).map(({ id, name }) => [id, name]));
    const byId = new Map(keys.map((key) => [key.id, key]));
    if (me.member !== null) people.set(me.member.id, me.member.name);
    const ofKey = ({ name, member_id: memberId }: Key): string =>
      memberId === null ? name : (people.get(memberId) ?? t('some-member'));
    const ofMaker = (id: string | null): string => {
      const maker = id === null ? undefined : byId.get(id);
      if (id === null) return t('made-by-operator');
      return maker === undefined ? id : ofKey(maker);
    };
    return { ofKey, ofMaker };
  }, [keys, members, me.member, t]);
}

/** How many calls each key made lately. Empty where this member may not read usage. */
export function useRecentCalls(): ReadonlyMap<string, number> | null {
  const me = useMe();
  const { data } = useQuery({
    queryKey: ['keys', 'calls'],
    enabled: holds(me, 'usage:read'),
    queryFn: ({ signal }) => {
      const from = new Date(serverNow() - USAGE_DAYS * DAY_MS).toISOString().slice(0, 10);
      return call('GET /api/v1/usage', { query: { group_by: 'key', from, limit: '500' }, signal });
    },
  });
  return useMemo(() => {
    if (data === undefined) return null;
    return new Map(data.data.map((row) => [row.key_id ?? '', row.requests]));
  }, [data]);
}

/** The models that this member may call, by the names that one calls them by. */
export function useModelNames(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['keys', 'models'],
    queryFn: async ({ signal }) => {
      const response = await request('/v1/models', { method: 'GET', signal });
      return readModelNames(await response.json());
    },
  });
  return data ?? [];
}

function readModelNames(page: unknown): string[] {
  const list: unknown = typeof page === 'object' && page !== null && 'data' in page ? page.data : null;
  if (!Array.isArray(list)) return [];
  return list.flatMap((model: unknown) =>
    typeof model === 'object' && model !== null && 'id' in model && typeof model.id === 'string' ? [model.id] : [],
  );
}
