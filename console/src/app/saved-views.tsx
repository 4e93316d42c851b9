/** Named states of a page: a view is its URL, kept in this browser for the member; the link is what one shares. */
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, Dialog, Menu, showToast, TextField, type MenuItem } from '#ui';
import { recall, remember } from './preferences.ts';
import { parseSearch } from './search.ts';
import { useMe } from './session.ts';

interface View {
  name: string;
  search: string;
}

/** A menu of the page's views, for the actions of its heading. */
export function SavedViews() {
  const t = useTranslations('shell');
  const me = useMe();
  const { pathname, searchStr } = useRouterState({ select: ({ location }) => location });
  const place = `views.${me.member?.id ?? 'nobody'}.${pathname}`;
  const [views, setViews] = useState(() => readViews(place));
  const [naming, setNaming] = useState(false);
  const navigate = useNavigate();
  const keep = (next: View[]): void => {
    setViews(next);
    remember(place, JSON.stringify(next));
  };
  const share = async (): Promise<void> => {
    await navigator.clipboard.writeText(window.location.href);
    showToast(t('view-link-copied'));
  };
  const items: MenuItem[] = [
    ...views.map(({ name, search }) => ({
      id: `view ${name}`,
      label: name,
      icon: 'bookmark' as const,
      checked: search === searchStr,
      onSelect: () => void navigate({ to: pathname, search: parseSearch(search) }),
    })),
    { id: 'save', label: t('view-save'), icon: 'plus', onSelect: () => setNaming(true) },
    { id: 'share', label: t('view-share'), icon: 'copy', onSelect: () => void share() },
    ...views
      .filter(({ search }) => search === searchStr)
      .map(({ name }) => ({
        id: `forget ${name}`,
        label: t('view-forget', { name }),
        icon: 'trash' as const,
        danger: true,
        onSelect: () => keep(views.filter((view) => view.name !== name)),
      })),
  ];
  return (
    <>
      <Menu trigger={<Button icon="bookmark">{t('views')}</Button>} items={items} />
      <NameView
        open={naming}
        onClose={() => setNaming(false)}
        onName={(name) => keep([...views.filter((view) => view.name !== name), { name, search: searchStr }])}
      />
    </>
  );
}

function NameView({ open, onClose, onName }: { open: boolean; onClose(): void; onName(name: string): void }) {
  const t = useTranslations('shell');
  return (
    <Dialog open={open} onClose={onClose} title={t('view-save')} lead={t('view-save-lead')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const name = new FormData(event.currentTarget).get('name');
          if (typeof name === 'string' && name.trim() !== '') onName(name.trim());
          onClose();
        }}
      >
        <TextField name="name" label={t('view-name')} required maxLength={80} />
        <Button type="submit" look="primary" className="self-end">
          {t('save')}
        </Button>
      </form>
    </Dialog>
  );
}

function readViews(place: string): View[] {
  try {
    const kept: unknown = JSON.parse(recall(place) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is View {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('search' in value)) return false;
  return typeof value.name === 'string' && typeof value.search === 'string';
}
