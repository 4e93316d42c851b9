/** What the page asks of the server. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call, listAll, type Reply } from '#api';
import type { Group, Question } from './search.ts';

export type UsageRow = Reply<'GET /api/v1/usage'>['data'][number];
/** Sums may pass what a double holds: then they come as `bigint`. */
export type Sums = Reply<'GET /api/v1/usage'>['total'];

const PAGE = '500';

/** The rows of one grouping and the total, which counts each receipt once. */
export function useUsage(by: 'day' | Group, question: Question) {
  return useQuery({
    queryKey: ['usage', by, question],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      let total: Sums = { requests: 0, input_tokens: 0, output_tokens: 0, cost_nanos: 0, unpriced: 0 };
      const { items, truncated } = await listAll(async (after) => {
        const query = { ...question, group_by: by, limit: PAGE, ...(after && { after }) };
        const page = await call('GET /api/v1/usage', { query, signal });
        total = page.total;
        return page;
      });
      return { rows: items, total, truncated };
    },
  });
}
