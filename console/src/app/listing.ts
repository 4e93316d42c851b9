/** A listing of the server as `DataTable` takes it: page by page, each asked for when the reader comes near its rows. */
import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';

interface PageOf<Item> {
  data: readonly Item[];
  next: string | null;
}

export interface Listing<Item> {
  items: readonly Item[];
  error: Error | null;
  loading: boolean;
  hasMore: boolean;
  more(): void;
  retry(): void;
}

const NOTHING: readonly never[] = [];

/** `load` asks for the page behind a cursor; the first one has none. */
export function useListing<Item>(
  queryKey: QueryKey,
  load: (page: { after?: string; signal: AbortSignal }) => Promise<PageOf<Item>>,
): Listing<Item> {
  const pages = useInfiniteQuery({
    queryKey,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => load({ signal, ...(pageParam === '' ? {} : { after: pageParam }) }),
    getNextPageParam: ({ next }) => next,
    select: ({ pages: loaded }) => loaded.flatMap(({ data }) => data),
  });
  return {
    items: pages.data ?? NOTHING,
    error: pages.error,
    loading: pages.isPending || pages.isFetchingNextPage,
    hasMore: pages.hasNextPage && !pages.isError,
    more: () => void pages.fetchNextPage(),
    retry: () => void pages.refetch(),
  };
}
