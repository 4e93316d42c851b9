/** Who stands behind the id of a key: receipts and usage name keys by id alone, for they outlive names. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, listAll } from '#api';
import { holds, useMe } from './session.ts';

const NAMES_FRESH_MS = 60_000;
const PAGE = '500';
const ID_END = 8;

export interface Actors {
  /** The member's name or else the key's; the id where this reader may not list them. */
  nameOf(keyId: string): string;
  /** For narrow places. Ids begin alike, so where no name is known the end of the id stands. */
  shortNameOf(keyId: string): string;
}

/** Asks only for what this member may list; where even that fails, ids stand. */
export function useActors(): Actors {
  const me = useMe();
  const keys = useQuery({
    queryKey: ['actors', 'keys'],
    enabled: holds(me, 'keys:manage'),
    staleTime: NAMES_FRESH_MS,
    queryFn: ({ signal }) =>
      listAll((after) => call('GET /api/v1/keys', { query: { limit: PAGE, ...(after && { after }) }, signal })),
  });
  const members = useQuery({
    queryKey: ['actors', 'members'],
    enabled: holds(me, 'members:manage'),
    staleTime: NAMES_FRESH_MS,
    queryFn: ({ signal }) =>
      listAll((after) => call('GET /api/v1/members', { query: { limit: PAGE, ...(after && { after }) }, signal })),
  });
  return useMemo(() => {
    const keyOf = new Map(keys.data?.items.map((key) => [key.id, key]));
    const memberOf = new Map(members.data?.items.map((member) => [member.id, member]));
    const find = (keyId: string): string | undefined => {
      const key = keyOf.get(keyId);
      const member = memberOf.get(key?.member_id ?? '');
      return member?.name || member?.email || key?.name;
    };
    return {
      nameOf: (keyId) => find(keyId) || keyId,
      shortNameOf: (keyId) => find(keyId) || `…${keyId.slice(-ID_END)}`,
    };
  }, [keys.data, members.data]);
}
