/** The arithmetic of limits. The scripts of `redis-limits.ts` do the same sums, inside Redis and by its clock. */
import { assert } from '#kernel';
import type { RateLimit } from './port.ts';

export interface BucketState {
  level: number;
  atMs: number;
}

/** Slice → what was taken in it. */
export type WindowState = ReadonlyMap<number, number>;

export interface Count<State> {
  allowed: boolean;
  remaining: number;
  /** 0 where it is allowed; `null`: never. */
  retryAfterMs: number | null;
  /** `null`: as if nothing had ever been taken. */
  state: State | null;
  /** After this time without a call the state says nothing any more. */
  forgetAfterMs: number;
}

export const SLICES = 10;
/** Sums of fractions come out a hair below what they are. */
export const TOLERANCE = 1e-9;

type Bucket = Extract<RateLimit, { type: 'bucket' }>;
type Window = Extract<RateLimit, { type: 'window' }>;

export function countInBucket(limit: Bucket, was: BucketState | null, cost: number, nowMs: number): Count<BucketState> {
  const perMs = limit.refillPerSecond / 1000;
  // A clock that was set back gives nothing, and does not stop the flow.
  const sinceMs = Math.max(0, nowMs - (was?.atMs ?? nowMs));
  const before = Math.min(limit.capacity, (was?.level ?? limit.capacity) + sinceMs * perMs);
  const allowed = cost <= before + TOLERANCE;
  const level = allowed ? Math.max(0, before - cost) : before;
  return {
    allowed,
    remaining: Math.floor(level + TOLERANCE),
    retryAfterMs: allowed ? 0 : cost > limit.capacity ? null : Math.ceil((cost - before) / perMs),
    state: level < limit.capacity ? { level, atMs: nowMs } : null,
    forgetAfterMs: Math.ceil((limit.capacity - level) / perMs),
  };
}

export function countInWindow(limit: Window, was: WindowState | null, cost: number, nowMs: number): Count<WindowState> {
  const sliceMs = limit.windowMs / SLICES;
  const current = Math.floor(nowMs / sliceMs);
  const slices = new Map([...(was ?? [])].filter(([slice]) => Math.abs(slice - current) <= SLICES));
  const used = [...slices.values()].reduce((sum, taken) => sum + taken, 0);
  const allowed = used + cost <= limit.max + TOLERANCE;
  if (allowed && cost > 0) slices.set(current, (slices.get(current) ?? 0) + cost);
  return {
    allowed,
    remaining: Math.max(0, Math.floor(limit.max - used - (allowed ? cost : 0) + TOLERANCE)),
    retryAfterMs: allowed ? 0 : cost > limit.max ? null : waitForRoom(slices, limit.max - cost, sliceMs, nowMs),
    state: slices.size > 0 ? slices : null,
    forgetAfterMs: limit.windowMs + 2 * Math.ceil(sliceMs),
  };
}

/** Until so many slices have left that no more than `room` is used. */
function waitForRoom(slices: WindowState, room: number, sliceMs: number, nowMs: number): number {
  let used = [...slices.values()].reduce((sum, taken) => sum + taken, 0);
  const oldestFirst = [...slices].toSorted(([one], [other]) => one - other);
  for (const [slice, taken] of oldestFirst) {
    used -= taken;
    if (used <= room + TOLERANCE) return Math.ceil((slice + SLICES + 1) * sliceMs - nowMs);
  }
  return Math.ceil((SLICES + 1) * sliceMs);
}

/** A limit that cannot be counted is a bug of whoever made it. */
export function checkLimit(limit: RateLimit, cost: number): void {
  const [amount, pace] =
    limit.type === 'bucket' ? [limit.capacity, limit.refillPerSecond] : [limit.max, limit.windowMs];
  assert(Number.isFinite(amount) && amount >= 0, 'a limit is 0 or more');
  assert(Number.isFinite(pace) && pace > 0, 'the pace of a limit is above 0');
  assert(Number.isFinite(cost) && cost >= 0, 'a cost is 0 or more');
}
