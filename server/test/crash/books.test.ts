/** The auditor itself: it passes right books and finds every fault that is seeded into them. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findBookFaults, sumUsage, type Books, type LedgerReceipt } from './books.ts';

/** Chained receipts; keys stand in order, so `JSON.stringify` is the canonical form. */
function chain(statuses: readonly string[]): LedgerReceipt[] {
  let previous = '0'.repeat(64);
  return statuses.map((status, at) => {
    const body = {
      attempts: [],
      cost_nanos: 100 + at,
      error_code: null,
      id: `rcp_${at}`,
      key_id: null,
      model: null,
      prev_hash: previous,
      seq: at + 1,
      status,
      tenant_id: 'default',
      token_usage: { completion: 9, estimated: false, prompt: 11, total: 20 },
      trace_id: `trace-${at}`,
      writer_id: 'wri_1',
    };
    previous = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    return { ...body, hash: previous };
  });
}

/** Three answered calls, one that a kill cut off. */
function rightBooks(): Books {
  const receipts = chain(['ok', 'ok', 'assumed', 'ok']);
  const answered = receipts.filter(({ status }) => status === 'ok');
  return {
    receipts,
    acknowledged: answered.map(({ id, trace_id: traceId, cost_nanos: costNanos }) => ({
      receiptId: id,
      traceId,
      costNanos,
    })),
    dispatched: receipts.map(({ trace_id: trace }) => trace),
    usage: sumUsage(receipts),
  };
}

const change = (books: Books, at: number, changes: Partial<LedgerReceipt>): Books => ({
  ...books,
  receipts: books.receipts.map((receipt, place) => (place === at ? { ...receipt, ...changes } : receipt)),
});

describe('the auditor of the crash tests', () => {
  test('passes right books', async () => {
    expect(await findBookFaults(rightBooks())).toEqual([]);
  });

  test.for<[string, (books: Books) => Books, RegExp]>([
    [
      'a lost receipt',
      (books) => ({ ...books, receipts: books.receipts.slice(0, 3) }),
      /rcp_3: answered, and no receipt/,
    ],
    [
      'a receipt settled twice',
      (books) => ({ ...books, receipts: [...books.receipts, ...books.receipts.slice(0, 1)] }),
      /settled twice/,
    ],
    ['a dispatched call without a receipt', (books) => ({ ...books, dispatched: ['trace-9'] }), /trace-9: dispatched/],
    [
      'another cost than was answered',
      (books) => change(books, 0, { cost_nanos: 99 }),
      /answered as 100 nanos, booked as 99/,
    ],
    [
      'an answered call that is only assumed',
      (books) => change(books, 1, { status: 'assumed' }),
      /its receipt says assumed/,
    ],
    ['an open call that failed', (books) => change(books, 2, { status: 'failed' }), /nobody got an answer/],
    ['an open call assumed at nothing', (books) => change(books, 2, { cost_nanos: 0 }), /assumed at no cost/],
    ['a broken chain', (books) => change(books, 2, { prev_hash: 'f'.repeat(64) }), /does not follow its predecessor/],
    ['a changed figure', (books) => change(books, 2, { cost_nanos: 555 }), /the hash is not that of the body/],
    [
      'usage that is one nano off',
      (books) => ({ ...books, usage: { ...books.usage, cost_nanos: books.usage.cost_nanos + 1 } }),
      /usage: cost_nanos/,
    ],
    ['usage that takes an unknown cost for none', (books) => change(books, 0, { cost_nanos: null }), /usage: unpriced/],
  ])('finds %s', async ([, seed, said]) => {
    expect((await findBookFaults(seed(rightBooks()))).join('\n')).toMatch(said);
  });
});
