/** Who works here and in which tenant; language, theme, sign-out; and which Reeve this is. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, Icon, Menu, type MenuItem } from '#ui';
import { language, LANGUAGES, theme, THEMES, useSignal } from './preferences.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { useMe, useSession } from './session.ts';

export function AccountMenu() {
  const t = useTranslations('shell');
  const me = useMe();
  return (
    <footer className="flex flex-col gap-1 border-t border-line p-2">
      <TenantMenu />
      <PersonMenu />
      <p className="px-2 text-xs text-ink-muted">{t('version', { version: me.version })}</p>
    </footer>
  );
}

function TenantMenu() {
  const t = useTranslations('shell');
  const me = useMe();
  const { switchTenant } = useSession();
  if (me.tenants.length < 2) {
    return <p className="truncate px-2 text-sm text-ink-muted">{t('tenant-of', { name: me.tenant.name })}</p>;
  }
  const items = me.tenants.map(({ id, name }) => ({
    id,
    label: name,
    checked: id === me.tenant.id,
    onSelect: () => void switchTenant(id),
  }));
  const trigger = (
    <Button look="quiet" className="justify-start" aria-label={t('tenant-switch', { name: me.tenant.name })}>
      <span className="min-w-0 flex-1 truncate text-start">{me.tenant.name}</span>
      <Icon name="down" />
    </Button>
  );
  return <Menu align="start" title={t('tenants')} items={items} trigger={trigger} />;
}

function PersonMenu() {
  const t = useTranslations('shell');
  const me = useMe();
  const { signOut } = useSession();
  const shownTheme = useSignal(theme);
  const shownLanguage = useSignal(language);
  const [changing, setChanging] = useState(false);
  const lacksPassword = me.member?.has_password === false;
  const items: MenuItem[] = [
    ...THEMES.map((name) => ({
      id: name,
      label: t(`theme-${name}`),
      icon: name === 'dark' ? ('moon' as const) : ('sun' as const),
      checked: name === shownTheme,
      onSelect: () => theme.set(name),
    })),
    ...LANGUAGES.map(({ tag, name: label }) => ({
      id: tag,
      label,
      checked: tag === shownLanguage,
      onSelect: () => language.set(tag),
    })),
    ...(me.member === null
      ? []
      : [
          {
            id: 'password',
            label: t(lacksPassword ? 'password-set' : 'password-change'),
            icon: 'key' as const,
            onSelect: () => setChanging(true),
          },
        ]),
    { id: 'sign-out', label: t('sign-out'), onSelect: () => void signOut() },
  ];
  const name = me.member?.name ?? t('operator');
  const trigger = (
    <Button look="quiet" className="justify-start" aria-label={t('account-of', { name })}>
      <Icon name="members" />
      <span className="min-w-0 flex-1 truncate text-start">{name}</span>
      <Icon name="down" />
    </Button>
  );
  return (
    <>
      {lacksPassword ? (
        <Button icon="alert" look="quiet" className="justify-start text-warn" onClick={() => setChanging(true)}>
          {t('password-missing')}
        </Button>
      ) : null}
      <Menu align="start" title={me.member?.email ?? null} items={items} trigger={trigger} />
      <PasswordDialog open={changing} onClose={() => setChanging(false)} />
    </>
  );
}
