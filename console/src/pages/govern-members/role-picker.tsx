/** Roles to choose, each with what it may do in words. Those beyond one's own are shown and cannot be given. */
import type { RoleName } from '@reeve/contracts';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useMe } from '#app';
import { CheckField, FieldGroup } from '#ui';
import { mayGrant, ROLE_NAMES, scopesOf } from './use-members.ts';

interface RolePickerProps {
  chosen: readonly RoleName[];
  onChange(roles: readonly RoleName[]): void;
  disabled?: boolean;
  error?: ReactNode;
}

export function RolePicker({ chosen, onChange, disabled = false, error = null }: RolePickerProps) {
  const t = useTranslations('members');
  const words = useTranslations('permissions');
  const me = useMe();
  const together = scopesOf(chosen).map((scope) => words(`scope-${scope}`));
  return (
    <FieldGroup legend={t('roles')} error={error}>
      {ROLE_NAMES.map((role) => (
        <CheckField
          key={role}
          label={words(`role-${role}`)}
          hint={mayGrant(me, role) ? words(`role-${role}-lead`) : `${words(`role-${role}-lead`)} ${t('beyond-you')}`}
          checked={chosen.includes(role)}
          disabled={disabled || !mayGrant(me, role)}
          onChange={(event) =>
            onChange(ROLE_NAMES.filter((one) => (one === role ? event.target.checked : chosen.includes(one))))
          }
        />
      ))}
      {together.length === 0 ? null : (
        <p className="rounded-md bg-sunken px-2.5 py-1.5 text-xs text-ink-muted">
          {t('together', { what: together.join(' · ') })}
        </p>
      )}
    </FieldGroup>
  );
}
