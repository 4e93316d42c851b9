/** The members of the tenant, and what the one who works here may do with them. */
import { ROLES, type RoleName, type Scope } from '@reeve/contracts';
import { useQuery } from '@tanstack/react-query';
import { call, type Reply } from '#api';
import { useListing, type Listing, type Me } from '#app';

export type Member = Reply<'GET /api/v1/members/{id}'>;

export const ROLE_NAMES = Object.keys(ROLES) as RoleName[];

const PAGE = '200';

export function useMembers(): Listing<Member> {
  return useListing(['members', 'list'], ({ after, signal }) =>
    call('GET /api/v1/members', { query: { limit: PAGE, ...(after === undefined ? {} : { after }) }, signal }),
  );
}

/** The open member: out of the list where they are there, else asked for alone, so that a link to anyone opens. */
export function useMember(id: string | undefined, known: readonly Member[]) {
  const listed = known.find((member) => member.id === id);
  const asked = useQuery({
    queryKey: ['members', 'one', id],
    enabled: id !== undefined && listed === undefined,
    queryFn: ({ signal }) => call('GET /api/v1/members/{id}', { params: { id: id ?? '' }, signal }),
  });
  return { item: listed ?? asked.data, error: listed === undefined ? asked.error : null };
}

/** Nobody gives a role that permits more than they hold. */
export function mayGrant({ scopes }: Me, role: RoleName): boolean {
  const granted: readonly Scope[] = ROLES[role];
  return scopes.includes('*') || granted.every((scope) => scopes.includes(scope));
}

/** Nobody changes somebody who may do more than they. */
export function mayChange(me: Me, { roles }: Member): boolean {
  return ROLE_NAMES.filter((role) => roles.includes(role)).every((role) => mayGrant(me, role));
}

/** What the roles together permit, `*` alone where one of them is an owner's. */
export function scopesOf(roles: readonly string[]): Scope[] {
  const granted = new Set(
    ROLE_NAMES.filter((role) => roles.includes(role)).flatMap((role): readonly Scope[] => ROLES[role]),
  );
  return granted.has('*') ? ['*'] : [...granted];
}
