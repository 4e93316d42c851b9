/** Below the title of an open receipt: how the call ended, and when it came. */
import { useFormats } from '../formats.ts';
import type { Receipt } from './receipt.ts';
import { StatusBadge } from './status-badge.tsx';

export function ReceiptLead({ receipt }: { receipt: Receipt }) {
  const { time } = useFormats();
  return (
    <p className="flex flex-wrap items-center gap-2 text-xs text-ink-muted">
      <StatusBadge status={receipt.status} />
      <time dateTime={receipt.created_at}>{time(receipt.created_at)}</time>
    </p>
  );
}
