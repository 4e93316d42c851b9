/** Opens the receipt of a call beside the conversation; nothing where there is none. */
import { useTranslations } from 'use-intl';
import { holds, useMe } from '#app';
import { Button } from '#ui';

export function ReceiptButton({ id, onOpen }: { id: string | null; onOpen(id: string): void }) {
  const t = useTranslations('chat');
  const mayRead = holds(useMe(), 'receipts:read');
  if (id === null) return null;
  return (
    <Button look="quiet" icon="receipt" className="px-2" disabled={!mayRead} onClick={() => onOpen(id)}>
      {t('receipt')}
    </Button>
  );
}
