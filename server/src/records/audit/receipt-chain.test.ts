import { createHash } from 'node:crypto';
import type { ReceiptBody } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { GENESIS_HASH, sealReceipt, verifyChain, type ChainHead } from './receipt-chain.ts';
import { makeDraft, testIds } from './testing.ts';

interface Stored {
  body: ReceiptBody;
  hash: string;
}

const start: ChainHead = { writerId: testIds.next('writer'), seq: 0, hash: GENESIS_HASH };

function makeChain(length: number): Stored[] {
  let head = start;
  return Array.from({ length }, () => {
    const sealed = sealReceipt(head, makeDraft(), { team: 'a' });
    head = { ...head, seq: sealed.seq, hash: sealed.hash };
    return { body: bodyOf(sealed.row), hash: sealed.hash };
  });
}

function bodyOf(row: string): ReceiptBody {
  const { body }: { body: ReceiptBody } = JSON.parse(row);
  return body;
}

describe('a sealed receipt', () => {
  it('has the SHA-256 of the body that it carries, tags aside', () => {
    const draft = makeDraft();
    const one = sealReceipt(start, draft, { team: 'a' });
    const text = one.row.slice(one.row.indexOf('"body":') + '"body":'.length, -1);
    expect(one.hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(sealReceipt(start, draft, { team: 'b' }).hash).toBe(one.hash);
  });

  it('replaces what no jsonb column takes', () => {
    const { row } = sealReceipt(start, makeDraft({ requested_model: 'a\0b\ud800c' }), { note: '\0' });
    expect(bodyOf(row).requested_model).toBe('a\ufffdb\ufffdc');
    expect(row).toContain('"tags":{"note":"\ufffd"}');
    expect(sealReceipt(start, makeDraft({ requested_model: '\\u0000 é 😀' }), {}).row).toContain('\\\\u0000 é 😀');
  });

  it('refuses figures that would stop every later receipt at the database', () => {
    expect(() => sealReceipt(start, makeDraft({ cost_nanos: 0.5 }), {})).toThrow(/whole cost/);
    expect(() => sealReceipt(start, makeDraft({ latency_ms: 1.5 }), {})).toThrow(/whole latency/);
    expect(() => sealReceipt(start, makeDraft({ created_at: 'now' }), {})).toThrow(/moment/);
  });
});

describe('the chain', () => {
  it('verifies whole, and from any of its links', () => {
    const chain = makeChain(5);
    const report = verifyChain(start, chain);
    expect(report).toMatchObject({ receipts: 5, faults: [], head: { seq: 5, hash: chain[4]?.hash } });
    const middle = { ...start, seq: 2, hash: chain[1]?.hash ?? '' };
    expect(verifyChain(middle, chain.slice(2)).faults).toEqual([]);
  });

  const faults: [string, (chain: Stored[]) => Stored[], RegExp][] = [
    ['one is missing', (chain) => chain.toSpliced(2, 1), /follows number 2/],
    ['one stands twice', (chain) => chain.toSpliced(2, 0, ...chain.slice(2, 3)), /follows number 3/],
    ['two are swapped', (chain) => chain.toSpliced(1, 2, ...chain.slice(1, 3).toReversed()), /follows number/],
    ['a figure is changed', (chain) => change(chain, 2, { cost_nanos: 1 }), /hash does not fit/],
    ['a field is added', (chain) => change(chain, 2, { note: 'x' }), /hash does not fit/],
    ['the writer is another', (chain) => change(chain, 2, { writer_id: 'wri_x' }), /belongs to writer/],
  ];
  it.each(faults)('does not verify when %s', (_, spoil, says) => {
    const report = verifyChain(start, spoil(makeChain(5)));
    expect(report.faults.map(({ what }) => what).join('; ')).toMatch(says);
  });

  it('does not verify when a receipt is changed and hashed anew', () => {
    const chain = makeChain(5);
    const replaced = sealReceipt({ ...start, seq: 2, hash: chain[1]?.hash ?? '' }, makeDraft({ cost_nanos: 1 }), {});
    const spoiled = chain.toSpliced(2, 1, { body: bodyOf(replaced.row), hash: replaced.hash });
    expect(verifyChain(start, spoiled).faults).toEqual([
      { seq: 4, what: 'it does not carry the hash of the one before' },
    ]);
  });
});

function change(chain: Stored[], at: number, fields: object): Stored[] {
  return chain.map((stored, index) => (index === at ? { ...stored, body: { ...stored.body, ...fields } } : stored));
}
