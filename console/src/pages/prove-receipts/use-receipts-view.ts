/** The state of the page, which is its URL, and the steps from one state to the next. */
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { serverNow } from '#api';
import { dropAbsent } from '#app';
import { toFilter, type Asked, type ReceiptFilter, type ReceiptsSearch } from './search.ts';

const page = getRouteApi('/prove/receipts');

export interface ReceiptsView {
  asked: Asked;
  /** What is asked of the server; the same object until something of it changes. */
  filter: ReceiptFilter;
  order: 'newest' | 'oldest';
  openId: string | null;
  /** `undefined` lifts a filter. */
  narrow(change: { [Name in keyof Asked]?: Asked[Name] | undefined }): void;
  clear(): void;
  turnOrder(): void;
  open(id: string | null): void;
  refresh(): void;
}

export function useReceiptsView(): ReceiptsView {
  const { open: openId, order, ...asked } = page.useSearch();
  const navigate = page.useNavigate();
  const client = useQueryClient();
  const [refreshedMs, setRefreshedMs] = useState(serverNow);
  const shape = JSON.stringify(asked);
  // A span back from now is reckoned when the filter changes or is asked anew, not with every paint.
  const filter = useMemo(
    () => toFilter(JSON.parse(shape) as Asked, Math.max(serverNow(), refreshedMs)),
    [shape, refreshedMs],
  );
  const go = (search: ReceiptsSearch): void => void navigate({ search });
  const open = useCallback(
    (id: string | null) =>
      void navigate({
        search: (before) => dropAbsent({ ...before, open: id ?? undefined }),
        // The way back leads out of the panel, not through every row that was looked at.
        replace: openId !== undefined && id !== null,
      }),
    [navigate, openId],
  );
  return {
    asked,
    filter,
    order: order ?? 'newest',
    openId: openId ?? null,
    narrow: (change) => go(dropAbsent({ ...asked, ...change, order })),
    clear: () => go(dropAbsent({ order })),
    turnOrder: () => go(dropAbsent({ ...asked, order: order === 'oldest' ? undefined : ('oldest' as const) })),
    open,
    refresh() {
      setRefreshedMs(serverNow());
      void client.resetQueries({ queryKey: ['receipts'] });
    },
  };
}
