/** The list behind `?`: every shortcut that works on this page now. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Dialog, Kbd, useShortcutList, useShortcuts } from '#ui';

export function ShortcutHelp() {
  const t = useTranslations('shell');
  const [open, setOpen] = useState(false);
  const shortcuts = useShortcutList();
  useShortcuts([
    { keys: '?', label: t('shortcuts'), run: () => setOpen(true) },
    { keys: '/', label: t('focus-search'), run: focusSearch },
  ]);
  return (
    <Dialog open={open} onClose={() => setOpen(false)} title={t('shortcuts')} lead={t('shortcuts-lead')}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
        {shortcuts.map(({ keys, label }) => (
          <div key={keys} className="contents">
            <dt className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** The page's search field is of type `search`. */
function focusSearch(): void {
  document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus();
}
