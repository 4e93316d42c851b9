import { queryOptions } from '@tanstack/react-query';
import { call } from '#api';

/** One receipt; it never changes once it is written. */
export const receiptQuery = (id: string) =>
  queryOptions({
    queryKey: ['receipts', 'one', id],
    staleTime: Infinity,
    queryFn: ({ signal }) => call('GET /api/v1/receipts/{id}', { params: { id }, signal }),
  });
