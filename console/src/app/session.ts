/** Who works here: the member, the tenant, what they may do. */
import type { Permission } from '@reeve/contracts';
import { queryOptions, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
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

/** Signs in, out and into another tenant; other tabs follow. */
export function useSession(): {
  signIn(body: Body<'POST /api/v1/sign-in'>): Promise<void>;
  signOut(): Promise<void>;
  switchTenant(id: string): Promise<void>;
  /** Asks anew what the member may do, after something that may have changed it. */
  refresh(): Promise<void>;
} {
  const client = useQueryClient();
  return {
    async signIn(body) {
      const former = client.getQueryData(meQuery.queryKey) ?? null;
      const me = await returnToTenant(former, await call('POST /api/v1/sign-in', { body }));
      tabs.postMessage(placeOf(me));
      // Another person must see nothing of the one before; the same one goes on where they were.
      if (former !== null && placeOf(former) !== placeOf(me)) return beginAnew('/');
      sessionEnded.set(false);
      client.setQueryData(meQuery.queryKey, me);
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
    async signOut() {
      await call('POST /api/v1/sign-out', {});
      tabs.postMessage(NOWHERE);
      return beginAnew('/sign-in');
    },
    async switchTenant(id) {
      const me = await call('POST /api/v1/me/tenant', { body: { tenant_id: id } });
      tabs.postMessage(placeOf(me));
      return beginAnew('/');
    },
    refresh: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  };
}

/** Loads the page anew, so that nothing of the former place is left in memory. What waits for it waits until then. */
function beginAnew(path: string): Promise<never> {
  window.location.assign(path);
  return new Promise(() => undefined);
}

/** A session opens in the member's own tenant; whoever signs in again goes on in the one that they were in. */
async function returnToTenant(former: Me | null, me: Me): Promise<Me> {
  if (former === null || former.member?.id !== me.member?.id || former.tenant.id === me.tenant.id) return me;
  return call('POST /api/v1/me/tenant', { body: { tenant_id: former.tenant.id } }).catch(() => me);
}

const NOWHERE = 'nowhere';

/** Who works where, as one word. What stands in the page belongs to one place and never to the next. */
export function placeOf(me: Me | null): string {
  return me === null ? NOWHERE : `${me.member?.id ?? me.key_id ?? me.kind} ${me.tenant.id}`;
}

const tabs = new BroadcastChannel('reeve.session');

/** Tabs share one session: what one does to it, the others follow. Stands once, around everything. */
export function useOtherTabs(): void {
  const client = useQueryClient();
  useEffect(() => {
    const follow = ({ data: place }: MessageEvent<unknown>): void => {
      if (place === placeOf(client.getQueryData(meQuery.queryKey) ?? null)) {
        sessionEnded.set(false);
        void client.invalidateQueries();
      } else if (window.location.pathname === '/sign-in') {
        // Whoever signs in here has not done so yet; what stands in the form stays.
        client.clear();
      } else {
        void beginAnew(place === NOWHERE ? '/sign-in' : '/');
      }
    };
    tabs.addEventListener('message', follow);
    return () => tabs.removeEventListener('message', follow);
  }, [client]);
}
