/** The roles of a member by name; an owner stands out. */
import { useTranslations } from 'use-intl';
import { Badge } from '#ui';
import { ROLE_NAMES } from './use-members.ts';

export function RoleBadges({ roles }: { roles: readonly string[] }) {
  const words = useTranslations('permissions');
  return (
    <span className="flex min-w-0 gap-1 overflow-hidden">
      {ROLE_NAMES.filter((role) => roles.includes(role)).map((role) => (
        <Badge key={role} tone={role === 'OWNER' ? 'info' : 'neutral'} icon={role === 'OWNER' ? 'key' : null}>
          {words(`role-${role}`)}
        </Badge>
      ))}
    </span>
  );
}
