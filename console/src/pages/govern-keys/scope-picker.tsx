/** What a key may do, as a list of permissions in words. Nobody gives what they do not hold. */
import { PERMISSIONS } from '@reeve/contracts';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { holds, useMe } from '#app';
import { CheckField, FieldGroup } from '#ui';

interface ScopePickerProps {
  chosen: ReadonlySet<string>;
  onChange(chosen: ReadonlySet<string>): void;
  error: ReactNode;
}

export function ScopePicker({ chosen, onChange, error }: ScopePickerProps) {
  const t = useTranslations('keys');
  const words = useTranslations('permissions');
  const me = useMe();
  const isEverything = chosen.has('*');
  const toggle = (scope: string, on: boolean): void => {
    onChange(new Set(on ? [...chosen, scope] : [...chosen].filter((one) => one !== scope)));
  };
  return (
    <FieldGroup legend={t('scopes-legend')} error={error}>
      <div className="grid gap-2 sm:grid-cols-2">
        {IN_ORDER.filter((scope) => holds(me, scope)).map((scope) => (
          <CheckField
            key={scope}
            label={words(`scope-${scope}`)}
            hint={<span className="font-mono">{scope}</span>}
            checked={isEverything || chosen.has(scope)}
            disabled={isEverything}
            onChange={(event) => toggle(scope, event.target.checked)}
          />
        ))}
        {me.scopes.includes('*') ? (
          <CheckField
            label={words('scope-*')}
            hint={t('everything-hint')}
            checked={isEverything}
            onChange={(event) => onChange(new Set(event.target.checked ? ['*'] : ['models:invoke']))}
          />
        ) : null}
      </div>
    </FieldGroup>
  );
}

const RANKS = ['invoke', 'use', 'read', 'manage'];
const rankOf = (scope: string): number => RANKS.indexOf(scope.split(':')[1] ?? '');
/** What programs need stands first, what changes the house last. */
const IN_ORDER = PERMISSIONS.toSorted((a, b) => rankOf(a) - rankOf(b));
