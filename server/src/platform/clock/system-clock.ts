import { randomFillSync } from 'node:crypto';
import type { Clock, Random } from '#kernel';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const POOL_BYTES = 8192;

/** Draws from a pool of random bytes, refilled in one go: a system call per call would cost more than the id. */
export function createSystemRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    fill(bytes) {
      if (bytes.length > POOL_BYTES) {
        randomFillSync(bytes);
        return;
      }
      if (used + bytes.length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      bytes.set(pool.subarray(used, used + bytes.length));
      pool.fill(0, used, used + bytes.length);
      used += bytes.length;
    },
    fraction: () => Math.random(),
  };
}
