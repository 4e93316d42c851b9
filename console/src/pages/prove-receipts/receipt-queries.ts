/** What the page asks of the server. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { call } from '#api';
import type { Receipt } from '#app';
import type { ReceiptFilter } from './search.ts';

const PAGE_ROWS = 100;
/** Where few receipts fit, so many pages are asked for before the reader is asked whether to look further. */
const PAGES_AT_ONCE = 20;

export interface ReceiptList {
  items: Receipt[];
  error: unknown;
  loading: boolean;
  hasMore: boolean;
  /** There is more, and it is looked for only when the reader says so: little of what was looked at fits. */
  paused: boolean;
  more(): void;
  lookFurther(): void;
  retry(): void;
}

const listQuery = (filter: ReceiptFilter, order: 'newest' | 'oldest') =>
  infiniteQueryOptions({
    queryKey: ['receipts', 'list', filter, order],
    initialPageParam: '',
    // Kept pages would all be asked for again, one after the other, when the page is opened anew.
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: ({ pageParam, signal }) =>
      call('GET /api/v1/receipts', {
        query: { ...filter, order, limit: String(PAGE_ROWS), ...(pageParam === '' ? {} : { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ next }) => next,
  });

/** The rows; stands once for each filter (`key`), so that what was granted to one is not taken over by the next. */
export function useReceiptList(filter: ReceiptFilter, order: 'newest' | 'oldest'): ReceiptList {
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery(listQuery(filter, order));
  const [granted, setGranted] = useState(PAGES_AT_ONCE);
  const pages = data?.pages;
  const items = useMemo(() => (pages ?? []).flatMap((page) => page.data), [pages]);
  const dense = (pages?.at(-1)?.data.length ?? 0) >= PAGE_ROWS / 2;
  const paused = hasNextPage && !dense && (pages?.length ?? 0) >= granted;
  const failed = error !== null;
  const more = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  return {
    items,
    error,
    loading: isFetching,
    hasMore: hasNextPage && !paused && !failed,
    paused,
    more,
    lookFurther: () => setGranted((pages?.length ?? 0) + PAGES_AT_ONCE),
    retry: () => void (pages === undefined ? refetch() : fetchNextPage()),
  };
}

export function useFacets(filter: ReceiptFilter) {
  return useQuery({
    queryKey: ['receipts', 'facets', filter],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call('GET /api/v1/receipts/facets', { query: filter, signal }),
  });
}
