/** The figures of this moment, asked for again and again while somebody looks. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call, type Reply } from '#api';

export type LiveReport = Reply<'GET /api/v1/operations/live'>;

const POLL_MS = 5_000;
/** So many polls without an answer, and what is shown is old. */
const STALE_MS = 3 * POLL_MS;
const SECOND_MS = 1_000;

/** Rests while the page is hidden, and while it is paused. */
export function useLive(paused: boolean) {
  return useQuery({
    queryKey: ['live', 'report'],
    queryFn: ({ signal }) => call('GET /api/v1/operations/live', { signal, background: true }),
    refetchInterval: paused ? false : POLL_MS,
    refetchOnWindowFocus: !paused,
    refetchOnReconnect: !paused,
    // The next poll is the next try, and a browser that believes itself offline may be wrong.
    retry: false,
    networkMode: 'always',
    staleTime: 0,
  });
}

export type Freshness = 'live' | 'paused' | 'stale' | 'lost';

export function judgeFreshness(look: { paused: boolean; failed: boolean; ageMs: number }): Freshness {
  if (look.failed) return 'lost';
  if (look.paused) return 'paused';
  return look.ageMs > STALE_MS ? 'stale' : 'live';
}

/** This machine's time, once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
