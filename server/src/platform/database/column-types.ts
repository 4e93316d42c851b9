import { types } from 'pg';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/**
 * How column values come back, the same on both engines: `int8` as a number while that is exact, else as a `bigint`;
 * `numeric` as text; `timestamptz` as ISO 8601 in UTC with milliseconds; `date` and `timestamp` as PostgreSQL writes
 * them; `json` and `jsonb` parsed; `bytea` as a `Buffer`.
 */
export const columnTypes: { getTypeParser: typeof types.getTypeParser } = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === INT8) return readInt8;
      if (oid === TIMESTAMPTZ) return readTimestamp;
      if (oid === DATE || oid === TIMESTAMP) return readText;
    }
    return types.getTypeParser(oid, format);
  },
};

function readInt8(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** `infinity` has no ISO form and stays as it is. */
function readTimestamp(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}

function readText(text: string): string {
  return text;
}
