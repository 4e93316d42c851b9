/** What a table holds, as two figures that agree exactly where the rows do. */
import { createHash, hash } from 'node:crypto';

export interface TableDigest {
  rows: number;
  /** Lower-case hex; independent of the order of rows. */
  hash: string;
}

export interface RowDigest {
  /** Takes whole lines, as COPY writes them. */
  add(lines: Buffer): void;
  result(): TableDigest;
}

const WORDS = [0, 8, 16, 24];
const LINE_END = 10;

/** Adds up the SHA-256 of each row's text: two sides may then read their rows in the order that suits them. */
export function createRowDigest(): RowDigest {
  const sums = WORDS.map(() => 0n);
  let rows = 0;
  return {
    add(lines) {
      let from = 0;
      for (let to = lines.indexOf(LINE_END); to >= 0; to = lines.indexOf(LINE_END, from)) {
        const row = hash('sha256', lines.subarray(from, to), 'buffer');
        for (const [index, at] of WORDS.entries()) sums[index] = (sums[index] ?? 0n) + row.readBigUInt64BE(at);
        rows += 1;
        from = to + 1;
      }
    },
    result() {
      const text = [rows, ...sums.map((sum) => BigInt.asUintN(64, sum))].join(' ');
      return { rows, hash: createHash('sha256').update(text).digest('hex') };
    },
  };
}
