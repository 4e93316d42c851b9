/** One key in full: what it may do, how it is used, what it did lately, and its end. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { holds, ProblemNote, useFormats, useMe } from '#app';
import {
  Button,
  CodeBlock,
  ConfirmDialog,
  CopyButton,
  Details,
  Notice,
  PeekPanel,
  Section,
  showToast,
  type Detail,
} from '#ui';
import { writeExample } from './example-call.ts';
import { KeyBadge, MakerBadge } from './key-badge.tsx';
import { KeyCalls } from './key-calls.tsx';
import { isOver, leftBehind, useModelNames, type Key, type Names } from './use-keys.ts';

interface KeyPanelProps {
  id: string;
  item?: Key | undefined;
  error: Error | null;
  names: Names;
  /** The rows of the list, for the steps to the next one. */
  shown: readonly Key[];
  openKey(id: string | null): void;
}

export function KeyPanel({ id, item, error, names, shown, openKey }: KeyPanelProps) {
  const t = useTranslations('keys');
  const at = shown.findIndex((key) => key.id === id);
  const before = at > 0 ? shown[at - 1] : undefined;
  const after = at >= 0 ? shown[at + 1] : undefined;
  return (
    <PeekPanel
      title={item === undefined ? t('key') : names.ofKey(item)}
      lead={item === undefined ? null : <KeyBadge item={item} />}
      onClose={() => openKey(null)}
      onPrevious={before === undefined ? undefined : () => openKey(before.id)}
      onNext={after === undefined ? undefined : () => openKey(after.id)}
    >
      {error === null ? null : <ProblemNote error={error} />}
      {item === undefined ? null : <KeyContent item={item} names={names} />}
    </PeekPanel>
  );
}

function KeyContent({ item, names }: { item: Key; names: Names }) {
  const t = useTranslations('keys');
  const models = useModelNames();
  const isMembers = item.member_id !== null;
  return (
    <>
      {isMembers ? <MembersKeyNote item={item} /> : null}
      {leftBehind(item) === null ? null : <LeftBehindNote />}
      <Section title={t('about')}>
        <About item={item} names={names} />
      </Section>
      {isMembers ? null : <Scopes item={item} />}
      <KeyCalls id={item.id} />
      {isMembers || isOver(item) ? null : (
        <>
          <Section title={t('use-it')}>
            <p className="mb-1.5 text-sm text-ink-muted">{t('use-it-lead')}</p>
            <CodeBlock label={t('use-it')} text={writeExample(item, models)} />
          </Section>
          <Revoke item={item} />
        </>
      )}
    </>
  );
}

function LeftBehindNote() {
  const t = useTranslations('keys');
  return (
    <div className="mb-4">
      <Notice tone="warn" title={t('left-behind')}>
        {t('left-behind-lead')}
      </Notice>
    </div>
  );
}

function MembersKeyNote({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const me = useMe();
  const link =
    holds(me, 'members:manage') && item.revoked_at === null && item.member_id !== null ? (
      <Link to="/govern/members" search={{ member: item.member_id }} className="font-medium underline">
        {t('to-member')}
      </Link>
    ) : null;
  return (
    <div className="mb-4">
      <Notice tone="info" title={t('members-key')} action={link}>
        {t('members-key-lead')}
      </Notice>
    </div>
  );
}

function About({ item, names }: { item: Key; names: Names }) {
  const t = useTranslations('keys');
  const formats = useFormats();
  const items: Detail[] = [
    {
      name: t('id'),
      value: (
        <span className="flex items-center gap-1">
          <span className="font-mono text-xs">{item.id}</span>
          <CopyButton compact text={item.id} label={t('copy-id')} />
        </span>
      ),
    },
    ...(item.member_id === null
      ? [{ name: t('prefix'), value: <span className="font-mono text-xs">{item.prefix}…</span> }]
      : []),
    { name: t('models'), value: item.models?.join(', ') ?? t('every-model') },
    { name: t('made'), value: `${formats.time(item.created_at)} · ${formats.age(item.created_at)}` },
    {
      name: t('made-by'),
      value: (
        <span className="flex flex-wrap items-center gap-2">
          <span dir="auto">{names.ofMaker(item.created_by)}</span>
          <MakerBadge item={item} />
        </span>
      ),
    },
    { name: t('expires'), value: item.expires_at === null ? t('never') : formats.time(item.expires_at) },
    ...(item.revoked_at === null ? [] : [{ name: t('revoked'), value: formats.time(item.revoked_at) }]),
  ];
  return <Details items={items} />;
}

function Scopes({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const words = useTranslations('permissions');
  // A scope of a later version has no words here; its name stands by itself.
  const tell = (scope: string): string =>
    words.has(`scope-${scope}` as 'scope-*') ? words(`scope-${scope}` as 'scope-*') : '';
  const items = item.scopes.map((scope) => ({
    name: scope,
    value: tell(scope),
  }));
  return (
    <Section title={t('scopes-legend')}>
      <Details items={items} />
    </Section>
  );
}

function Revoke({ item }: { item: Key }) {
  const t = useTranslations('keys');
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => call('DELETE /api/v1/keys/{id}', { params: { id: item.id } }),
    async onSuccess() {
      showToast(t('revoked-toast', { name: item.name }));
      await client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <Section title={t('end')}>
      <p className="mb-2 text-sm text-ink-muted">{t('end-lead')}</p>
      <Button icon="blocked" onClick={() => setAsking(true)}>
        {t('revoke')}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => {
          setAsking(false);
          revoke.reset();
        }}
        title={t('revoke-title', { name: item.name })}
        lead={t('revoke-lead')}
        action={t('revoke')}
        onConfirm={() => revoke.mutateAsync()}
      >
        {revoke.error === null ? null : <ProblemNote error={revoke.error} />}
      </ConfirmDialog>
    </Section>
  );
}
