/**
 * What the processes of one installation share and may forget: cached values, limits, locks. Never a source of truth: each
 * has a stated answer for when the engine is away, and nothing here rejects.
 */
import type { HealthCheck, Scope } from '#kernel';

/** Every key belongs to a tenant. */
export type TenantScope = Pick<Scope, 'tenantId'>;

export interface SharedState {
  cache: Cache;
  limits: Limits;
  locks: Locks;
  health: readonly HealthCheck[];
  close(): void;
}

/** Away: nothing is found, nothing is kept, calls are served. */
export interface Cache {
  /** `null`: not there, its time is over, or the engine does not answer. */
  get(scope: TenantScope, key: string): Promise<Uint8Array | null>;
  /** Best effort: what is larger than 1 MiB is not kept, and room is made by dropping what was asked for longest ago. */
  set(scope: TenantScope, key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  /** `false`: the engine does not answer, so the old value may be found again until its time is over. */
  delete(scope: TenantScope, key: string): Promise<boolean>;
}

export type RateLimit =
  /** `capacity` at once, and then as much as flows in. */
  | { type: 'bucket'; capacity: number; refillPerSecond: number }
  /** Never more than `max` in any span of `windowMs`, which is watched in ten slices: room comes back a slice late. */
  | { type: 'window'; max: number; windowMs: number };

/** `own`: the shared count is away, and this process counts for itself under the same limit. */
export type CountedBy = 'shared' | 'own';

export type RateVerdict = { countedBy: CountedBy; remaining: number } & (
  | { type: 'allowed' }
  /** Nothing was taken. `null`: never, since the cost is above the limit itself. */
  | { type: 'limited'; retryAfterMs: number | null }
);

export interface PlaceLimit {
  max: number;
  /** A place that is not renewed for so long is free again: whoever had it is gone. */
  ttlMs: number;
}

export type PlaceVerdict = { countedBy: CountedBy } & ({ type: 'entered'; place: Place } | { type: 'full' });

export interface Place {
  /** `false`: the place is lost, or the engine does not answer. */
  renew(): Promise<boolean>;
  /** What cannot be told to the engine now lapses by itself. */
  leave(): Promise<void>;
}

/** Away: each process counts for itself, so n processes allow at most n times the limit, and calls are served. */
export interface Limits {
  /** Takes `cost` (1) or nothing, in one atomic step. */
  take(scope: TenantScope, name: string, limit: RateLimit, cost?: number): Promise<RateVerdict>;
  /** One of `max` places for work that goes on. */
  enter(scope: TenantScope, name: string, limit: PlaceLimit): Promise<PlaceVerdict>;
}

export type LockVerdict =
  | { type: 'acquired'; lock: HeldLock }
  /** `null`: no end is known. */
  | { type: 'held'; remainingMs: number | null }
  | { type: 'unreachable' };

export interface HeldLock {
  /**
   * Grows with each acquisition of this name. A holder may stand still and wake up when another holds the lock, so whoever
   * writes under it hands the fence along, and the store refuses one that is smaller than the last it saw.
   */
  fence: number;
  /** By the steady clock; counted from before the engine was asked, so nobody else can hold it earlier. */
  readonly validUntilMs: number;
  /** `lost`: its time was over. `unreachable`: it stands until `validUntilMs` and no longer. */
  renew(ttlMs: number): Promise<'renewed' | 'lost' | 'unreachable'>;
  release(): Promise<'released' | 'lost' | 'unreachable'>;
}

/** Away: not acquired. */
export interface Locks {
  /** `lock:tenant:{id}:{name}`. Never waits: who finds it held decides when to ask again. */
  acquire(scope: TenantScope, name: string, ttlMs: number): Promise<LockVerdict>;
}
