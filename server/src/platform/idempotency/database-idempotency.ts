/** Idempotency over the database: one row per key, claimed by one statement, so that of racing requests one runs. */
import { AppError, asTenantId, toAppError, type Clock, type Job, type Random } from '#kernel';
import type { Database } from '../database/port.ts';
import type { Log } from '../telemetry/port.ts';
import {
  claimKey,
  deleteExpired,
  extendLock,
  findRequest,
  releaseRun,
  releaseRunsOf,
  settleRun,
  type Claim,
  type Settlement,
  type StoredRequest,
} from './idempotency-store.ts';
import type { Idempotency, IdempotencyVerdict, IdempotentRun } from './port.ts';
import { deriveSeal, openAnswer, sealAnswer, type RequestSeal } from './seal-answer.ts';

export interface IdempotencyInputs {
  database: Database;
  clock: Clock;
  random: Random;
  log: Log;
  /** Names this instance; no two that run at the same time share it, and a restart keeps it. */
  owner: string;
}

const KEY_FORM = /^[\x20-\x7e]{1,255}$/;
const KEPT_MS = 24 * 60 * 60_000;
const LOCK_MS = 30_000;
const RENEW_MS = 10_000;
const RETRY_MS = 1000;
const SWEEP_MS = 60 * 60_000;
/** Each turn is lost only to a run that ended between two statements. */
const CLAIM_TURNS = 5;

export function createIdempotency(inputs: IdempotencyInputs): Idempotency {
  const { database, clock, random, log, owner } = inputs;
  return {
    async begin({ tenantId }, key, request) {
      if (!KEY_FORM.test(key)) throw badKey();
      const seal = deriveSeal(tenantId, key, request);
      const nowMs = clock.now();
      const claim: Claim = {
        tenantId,
        keyHash: seal.keyHash,
        fingerprint: seal.fingerprint,
        token: `${owner}#${makeNonce(random)}`,
        nowMs,
        lockedUntilMs: nowMs + LOCK_MS,
        expiresAtMs: nowMs + KEPT_MS,
      };
      const stored = await claimOrFind(database, claim);
      return stored === null ? { type: 'run', run: startRun(inputs, claim, seal) } : toVerdict(stored, seal);
    },
    async recover() {
      const count = await database.asRole('operator', (tx) => releaseRunsOf(tx, owner));
      if (count > 0) log.info({ count }, 'Freed idempotency keys of calls that the last stop cut off.');
    },
    sweep: createSweep(inputs),
  };
}

/** `null` where the claim won, else what stands in its way. */
async function claimOrFind(database: Database, claim: Claim): Promise<StoredRequest | null> {
  for (let turn = 0; turn < CLAIM_TURNS; turn += 1) {
    const outcome = await database.forTenant({ tenantId: asTenantId(claim.tenantId) }, async (tx) =>
      (await claimKey(tx, claim)) ? 'claimed' : findRequest(tx, claim),
    );
    if (outcome === 'claimed') return null;
    if (outcome !== null) return outcome;
  }
  return { fingerprint: claim.fingerprint, state: 'running', receiptId: null, sealed: null };
}

function toVerdict(stored: StoredRequest, seal: RequestSeal): IdempotencyVerdict {
  if (stored.fingerprint !== seal.fingerprint) return { type: 'mismatch' };
  if (stored.state === 'running') return { type: 'in-flight' };
  if (stored.state === 'streamed') return { type: 'stream-repeated', receiptId: stored.receiptId ?? '' };
  return { type: 'replay', ...openAnswer(seal, stored.sealed ?? new Uint8Array()) };
}

function startRun({ database, clock, random, log }: IdempotencyInputs, claim: Claim, seal: RequestSeal): IdempotentRun {
  const scope = { tenantId: asTenantId(claim.tenantId) };
  let settled = false;
  let cancelRenewal = clock.after(RENEW_MS, renew);

  function renew(): void {
    cancelRenewal = clock.after(RENEW_MS, renew);
    database
      .forTenant(scope, (tx) => extendLock(tx, claim, clock.now() + LOCK_MS))
      .catch((error: unknown) => log.warn({ error }, 'An idempotency lock was not renewed.'));
  }

  function isFirst(): boolean {
    if (settled) return false;
    settled = true;
    cancelRenewal();
    return true;
  }

  /** What is paid for reaches the caller, also where the database is away just now: then it is kept later. */
  async function settle(settlement: Settlement, isRetry = false): Promise<void> {
    try {
      const held = await database.forTenant(scope, (tx) => settleRun(tx, claim, settlement));
      if (!held) log.warn({ tenant_id: claim.tenantId }, 'A call ended after its idempotency lock had lapsed.');
    } catch (error) {
      const isAway = toAppError(error).code === 'database_unavailable' && clock.now() < settlement.expiresAtMs;
      if (!isAway) return log.error({ error }, 'An answer is not kept under its idempotency key.');
      if (!isRetry) log.warn({ error }, 'An answer is not kept under its idempotency key yet.');
      clock.after(RETRY_MS, () => void settle(settlement, true));
    }
  }

  const run: IdempotentRun = {
    async answer(answer) {
      const { status, receiptId } = answer;
      if (status < 200 || status > 299) return run.release();
      if (!isFirst()) return;
      const sealed = sealAnswer(seal, answer, random);
      await settle({ state: 'answered', receiptId, status, sealed, expiresAtMs: clock.now() + KEPT_MS });
    },
    async streamed(receiptId) {
      if (!isFirst()) return;
      await settle({ state: 'streamed', receiptId, status: null, sealed: null, expiresAtMs: clock.now() + KEPT_MS });
    },
    async release() {
      if (!isFirst()) return;
      try {
        await database.forTenant(scope, (tx) => releaseRun(tx, claim));
      } catch (error) {
        log.warn({ error }, 'An idempotency key was not freed; it frees itself within 30 s.');
      }
    },
  };
  return run;
}

function createSweep({ database, clock, log }: IdempotencyInputs): Job {
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      const count = await database.asRole('operator', (tx) => deleteExpired(tx, clock.now()));
      if (count > 0) log.debug({ count }, 'Deleted expired idempotency keys.');
    } catch (error) {
      log.warn({ error }, 'Expired idempotency keys were not deleted; the next sweep tries again.');
    }
  };
  const schedule = (): void => {
    cancel = clock.after(SWEEP_MS, () => {
      running = sweep();
      schedule();
    });
  };
  return {
    name: 'idempotency-sweep',
    start: schedule,
    async stop() {
      cancel();
      await running;
    },
  };
}

function makeNonce(random: Random): string {
  const bytes = new Uint8Array(9);
  random.fill(bytes);
  return Buffer.from(bytes).toString('base64url');
}

function badKey(): AppError {
  return new AppError('invalid_request', {
    message: 'The header "idempotency-key" takes 1 to 255 printable ASCII characters.',
    param: 'idempotency-key',
  });
}
