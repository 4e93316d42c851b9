/** One hook for every POST: a request repeated under its idempotency key is answered once and charged once. */
import { HEADERS } from '@reeve/contracts';
import { AppError, toAppError, type Actor, type HttpExchange } from '#kernel';
import type { Idempotency, IdempotentRun } from '../platform/idempotency/port.ts';

type Handle = (exchange: HttpExchange) => Promise<void>;

/** Runs the handler, or answers for it where its idempotency key was seen before. */
export function runOnce(
  idempotency: Idempotency,
  exchange: HttpExchange,
  place: { method: string; path: string },
  handle: Handle,
): Promise<void> {
  const key = exchange.headers[HEADERS.idempotencyKey];
  if (key === undefined || place.method !== 'POST') return handle(exchange);
  return runKeyed({ idempotency, key: String(key), place }, exchange, handle);
}

interface Keyed {
  idempotency: Idempotency;
  key: string;
  place: { method: string; path: string };
}

async function runKeyed({ idempotency, key, place }: Keyed, exchange: HttpExchange, handle: Handle): Promise<void> {
  const verdict = await idempotency.begin(exchange.scope, key, {
    ...place,
    authority: describeAuthority(exchange.scope.actor),
    body: exchange.body,
  });
  switch (verdict.type) {
    case 'replay':
      return exchange.send(verdict.status, verdict.headers, verdict.body);
    case 'mismatch':
      throw new AppError('idempotency_mismatch', { param: HEADERS.idempotencyKey });
    case 'in-flight':
      throw new AppError('idempotency_in_flight', { param: HEADERS.idempotencyKey, retryAfterSeconds: 1 });
    case 'stream-repeated':
      throw new AppError('idempotency_stream_repeated', {
        message: `This stream was already served; its receipt is ${verdict.receiptId}.`,
        param: HEADERS.idempotencyKey,
      });
    case 'run':
      return runGuarded(exchange, verdict.run, handle);
  }
}

/**
 * Keys of equal rights share a tenant's answers, for a program may come with another of its keys; a lesser key must not read
 * by repetition what it may not ask for. Members share nothing: what is answered to a person is that person's.
 */
function describeAuthority({ scopes, models, memberId }: Actor): string {
  const rights = [[...scopes].toSorted(), models === null ? null : [...models].toSorted()];
  return JSON.stringify(memberId === undefined ? rights : [...rights, memberId]);
}

/** Keeps a plain 2xx answer before its last byte leaves, remembers a stream, frees the key for all else. */
async function runGuarded(exchange: HttpExchange, run: IdempotentRun, handle: Handle): Promise<void> {
  let settled: Promise<void> | null = null;
  let receiptId: string | null = null;
  let streaming = false;
  const keepThenSend: HttpExchange['send'] = (status, headers, body) => {
    const kept = run.answer({ status, headers, body: Buffer.from(body), receiptId });
    settled = kept.then(() => exchange.send(status, headers, body));
  };
  const guarded: HttpExchange = {
    ...exchange,
    send: keepThenSend,
    noteReceipt(id) {
      receiptId = id;
    },
    openStream(status, headers) {
      streaming = true;
      exchange.openStream(status, headers);
    },
    end() {
      settled = run.streamed(receiptId ?? '').finally(() => exchange.end());
    },
  };
  try {
    await handle(guarded);
    await (settled ?? (streaming ? run.streamed(receiptId ?? '') : run.release()));
  } catch (thrown) {
    await run.release();
    throw toAppError(thrown);
  }
}
