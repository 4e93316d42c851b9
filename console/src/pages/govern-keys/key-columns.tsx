/** The columns of the list of keys. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats, type Formats } from '#app';
import { Icon, type Column } from '#ui';
import { KeyBadge, MakerBadge } from './key-badge.tsx';
import { leftBehind, stateOf, useRecentCalls, type Key, type Names } from './use-keys.ts';

interface Tools {
  t: ReturnType<typeof useTranslations<'keys'>>;
  formats: Formats;
  names: Names;
  /** `null` where this member may not read usage: the column is left out then. */
  calls: ReadonlyMap<string, number> | null;
  /** Some keys were made by who may no longer do so. */
  someLeft: boolean;
}

export function useKeyColumns(keys: readonly Key[], names: Names): readonly Column<Key>[] {
  const t = useTranslations('keys');
  const formats = useFormats();
  const calls = useRecentCalls();
  const someLeft = keys.some((key) => leftBehind(key) !== null);
  return useMemo(() => {
    const tools = { t, formats, names, calls, someLeft };
    return [...tellWhat(tools), ...tellUse(tools), ...tellWhen(tools)];
  }, [calls, formats, names, someLeft, t]);
}

function tellWhat({ t, names, someLeft }: Tools): Column<Key>[] {
  return [
    {
      id: 'name',
      header: t('name'),
      sortBy: names.ofKey,
      cell: (key) => (
        <span className="flex min-w-0 items-center gap-2">
          <Icon name={key.member_id === null ? 'key' : 'members'} className="text-ink-muted" />
          <span dir="auto" className="truncate font-medium">
            {names.ofKey(key)}
          </span>
        </span>
      ),
    },
    {
      id: 'state',
      header: t('state'),
      width: 105,
      sortBy: (key) => stateOf(key),
      cell: (key) => <KeyBadge item={key} />,
    },
    {
      id: 'maker',
      header: t('made-by'),
      width: 155,
      hidden: !someLeft,
      cell: (key) => <MakerBadge item={key} />,
      sortBy: (key) => leftBehind(key) ?? '',
    },
    {
      id: 'prefix',
      header: t('prefix'),
      width: 125,
      cell: (key) => <span className="font-mono text-xs">{key.member_id === null ? key.prefix : '–'}</span>,
    },
  ];
}

function tellUse({ t, formats, calls }: Tools): Column<Key>[] {
  const text = (width: number, id: 'scopes' | 'models', of: (key: Key) => string): Column<Key> => ({
    id,
    header: t(id),
    width,
    cell: (key) => <span dir="auto">{of(key)}</span>,
    sortBy: of,
  });
  // A member's key has no scopes of its own.
  const tellScopes = ({ scopes, member_id: memberId }: Key): string => {
    if (memberId !== null) return t('by-roles');
    return scopes.includes('*') ? t('every-scope') : scopes.join(', ');
  };
  return [
    text(160, 'scopes', tellScopes),
    text(90, 'models', ({ models }) => models?.join(', ') ?? t('every-model')),
    {
      id: 'calls',
      header: t('calls'),
      width: 110,
      align: 'end',
      hidden: calls === null,
      sortBy: (key) => calls?.get(key.id) ?? 0,
      cell: (key) => formats.integer(calls?.get(key.id) ?? 0),
    },
  ];
}

function tellWhen({ t, formats }: Tools): Column<Key>[] {
  return [
    {
      id: 'made',
      header: t('made'),
      width: 135,
      sortBy: (key) => key.created_at,
      cell: (key) => <time dateTime={key.created_at}>{formats.age(key.created_at)}</time>,
    },
    {
      id: 'expires',
      header: t('expires'),
      width: 125,
      // A key without an end ends after all others.
      sortBy: (key) => key.expires_at ?? '9999',
      cell: ({ expires_at: at }) => (at === null ? t('never') : <time dateTime={at}>{formats.day(at)}</time>),
    },
  ];
}
