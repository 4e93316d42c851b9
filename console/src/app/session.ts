/** Who works here: the member, the tenant, what they may do. */
import type { Permission } from '@reeve/contracts';
import { queryOptions, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { ApiProblem, call, sessionEnded, type Body, type Reply } from '#api';

export type Me = Reply<'GET /api/v1/me'>;

/** `null`: nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await call('GET /api/v1/me', { signal });
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

/** For what stands inside the shell, where somebody is always signed in. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery);
  if (data === null) throw new ApiProblem({ status: 401, code: 'invalid_api_key', message: 'Nobody is signed in.' });
  return data;
}

export function useMaybeMe(): Me | null {
  return useQuery(meQuery).data ?? null;
}

export function holds(me: Me, permission: Permission | null): boolean {
  return permission === null || me.scopes.includes('*') || me.scopes.includes(permission);
}

/** Signs in, out and into another tenant. What was shown of the former one is forgotten at once. */
export function useSession(): {
  signIn(body: Body<'POST /api/v1/sign-in'>): Promise<void>;
  signOut(): Promise<void>;
  switchTenant(id: string): Promise<void>;
} {
  const client = useQueryClient();
  const begin = (me: Me): void => {
    sessionEnded.set(false);
    client.setQueryData(meQuery.queryKey, me);
  };
  return {
    async signIn(body) {
      const former = client.getQueryData(meQuery.queryKey);
      const me = await call('POST /api/v1/sign-in', { body });
      // Another person must see nothing of the one before; the same one goes on where they were.
      if (former?.member?.id !== me.member?.id) client.clear();
      begin(me);
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
    async signOut() {
      await call('POST /api/v1/sign-out', {});
      client.clear();
      client.setQueryData(meQuery.queryKey, null);
    },
    async switchTenant(id) {
      const me = await call('POST /api/v1/me/tenant', { body: { tenant_id: id } });
      client.clear();
      begin(me);
    },
  };
}
