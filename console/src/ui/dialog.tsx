/**
 * Dialogs. Radix's own overlay is not used: it writes a `<style>` element, which the page's policy forbids. The page below
 * is held still by `dialog-open` on the root element instead.
 */
import * as Primitive from '@radix-ui/react-dialog';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button, IconButton } from './button.tsx';

interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  /** One sentence below the title. */
  lead?: ReactNode;
  /** The buttons at its foot. */
  foot?: ReactNode;
  wide?: boolean;
  /** It cannot be dismissed: no cross, no Escape. */
  held?: boolean;
  children?: ReactNode;
}

export function Dialog({ open, onClose, title, lead, foot, wide = false, held = false, children }: DialogProps) {
  const t = useTranslations('ui');
  useStillPage(open);
  const stay = (event: Event): void => {
    if (held) event.preventDefault();
  };
  return (
    <Primitive.Root open={open} onOpenChange={(next) => (next || held ? undefined : onClose())}>
      <Primitive.Portal>
        <div aria-hidden="true" className="fixed inset-0 z-50 bg-scrim" />
        <Primitive.Content
          {...(lead === undefined ? { 'aria-describedby': undefined } : {})}
          onOpenAutoFocus={focusFirstField}
          onEscapeKeyDown={stay}
          onInteractOutside={stay}
          className={`fixed top-[8vh] left-1/2 z-50 flex max-h-[84vh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-lg border border-line bg-raised shadow-float ${wide ? 'max-w-3xl' : 'max-w-lg'}`}
        >
          <header className="flex items-start gap-2 p-4 pb-2">
            <div className="min-w-0 flex-1">
              <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
              {lead === undefined ? null : (
                <Primitive.Description className="text-sm text-ink-muted">{lead}</Primitive.Description>
              )}
            </div>
            {held ? null : <IconButton icon="close" label={t('close')} onClick={onClose} />}
          </header>
          <div className="min-h-0 flex-1 overflow-auto p-4 pt-2">{children}</div>
          {foot === undefined ? null : (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line p-3">{foot}</footer>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose(): void;
  title: string;
  lead: ReactNode;
  /** What is done, as a verb. */
  action: string;
  /** `primary` for what does no harm and still wants a second look. */
  look?: 'danger' | 'primary';
  /** Resolves when done; the dialog then closes. What it throws is for the caller's own `children`. */
  onConfirm(): Promise<void> | void;
  children?: ReactNode;
}

/** Asks before what cannot be undone. */
export function ConfirmDialog({ look = 'danger', open, onClose, title, lead, action, ...rest }: ConfirmProps) {
  const { onConfirm, children } = rest;
  const t = useTranslations('ui');
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } finally {
      setBusy(false);
    }
  };
  const foot = (
    <>
      <Button onClick={onClose}>{t('cancel')}</Button>
      <Button look={look} busy={busy} onClick={() => void confirm().catch(() => undefined)}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={title} lead={lead} foot={foot}>
      {children}
    </Dialog>
  );
}

/** Where a dialog asks for something, one can type at once; else its first button has the focus. */
function focusFirstField(event: Event): void {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const fields = event.currentTarget.querySelectorAll<HTMLInputElement>('input:not([hidden], [type="checkbox"])');
  const [first] = [...fields].toSorted((a, b) => Number(a.value !== '') - Number(b.value !== ''));
  if (first === undefined) return;
  event.preventDefault();
  first.focus();
}

let openDialogs = 0;

function useStillPage(open: boolean): void {
  useEffect(() => {
    if (!open) return undefined;
    openDialogs += 1;
    document.documentElement.classList.add('dialog-open');
    return () => {
      openDialogs -= 1;
      if (openDialogs === 0) document.documentElement.classList.remove('dialog-open');
    };
  }, [open]);
}
