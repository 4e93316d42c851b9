/** The command palette: type to go to a page or to open a receipt by its id. */
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Dialog, Icon, IconButton } from '#ui';
import { PAGES } from './navigation.ts';
import { holds, useMe } from './session.ts';

const RECEIPT_ID = /^rcp_[0-9A-Za-z]+$/;
const ITEM =
  'flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 data-[selected=true]:bg-accent-soft data-[selected=true]:text-ink';

export function Palette() {
  const t = useTranslations('shell');
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <IconButton
        icon="search"
        label={t('palette')}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen(true)}
      />
      <Dialog open={open} onClose={() => setOpen(false)} title={t('palette')}>
        <Commands onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function Commands({ onDone }: { onDone(): void }) {
  const t = useTranslations('shell');
  const me = useMe();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const go = (path: string, search?: Record<string, unknown>): void => {
    onDone();
    void navigate({ to: path, ...(search === undefined ? {} : { search }) });
  };
  const id = typed.trim();
  const isReceipt = RECEIPT_ID.test(id);
  return (
    <Command label={t('palette')} className="flex flex-col gap-2">
      <Command.Input
        ref={input}
        value={typed}
        onValueChange={setTyped}
        placeholder={t('palette-hint')}
        className="min-h-9 w-full rounded-md border border-line-strong bg-surface px-2.5"
      />
      <Command.List label={t('palette')} className="max-h-72 overflow-auto">
        {isReceipt ? null : (
          <Command.Empty className="p-2 text-sm text-ink-muted">{t('palette-nothing')}</Command.Empty>
        )}
        {isReceipt ? (
          <Command.Item forceMount value={id} className={ITEM} onSelect={() => go('/prove/receipts', { open: id })}>
            <Icon name="receipt" />
            {t('palette-receipt', { id })}
          </Command.Item>
        ) : null}
        {PAGES.filter(({ permission }) => holds(me, permission)).map((page) => (
          <Command.Item key={page.id} value={t(`page-${page.id}`)} className={ITEM} onSelect={() => go(page.path)}>
            <Icon name={page.icon} />
            <span className="flex-1">{t(`page-${page.id}`)}</span>
            <span className="text-xs text-ink-muted">{t(`area-${page.area}`)}</span>
          </Command.Item>
        ))}
        <Command.Item value={t('page-design')} className={ITEM} onSelect={() => go('/design')}>
          <Icon name="columns" />
          {t('page-design')}
        </Command.Item>
      </Command.List>
    </Command>
  );
}
