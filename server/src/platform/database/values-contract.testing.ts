import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from './port.ts';

/** Column values come back in the form that `column-types.ts` promises. */
export function valuesContract(database: () => Database): void {
  it('reads every type in the same form', async () => {
    const rows = await database().asRole('operator', async (tx) => {
      const { rows: found } = await sql`select
        5::int8 as small, 9007199254740991::int8 as edge, 9007199254740992::int8 as big, (-9223372036854775808)::int8 as low,
        '12345678901234567890123456789012345678'::numeric(38, 0) as exact, 1.5::float8 as fraction, true as yes,
        '2026-02-03 04:05:06.789+02'::timestamptz as moment, '2026-02-03'::date as day,
        '{"a": [1, null]}'::jsonb as json, '\\x00ff'::bytea as bytes, array['x', 'y,"z'] as list, null as nothing,
        'grün € 𝄞' as text`.execute(tx);
      return found;
    });
    expect(rows).toEqual([
      {
        small: 5,
        edge: 9007199254740991,
        big: 9007199254740992n,
        low: -9223372036854775808n,
        exact: '12345678901234567890123456789012345678',
        fraction: 1.5,
        yes: true,
        moment: '2026-02-03T02:05:06.789Z',
        day: '2026-02-03',
        json: { a: [1, null] },
        bytes: Buffer.from([0, 255]),
        list: ['x', 'y,"z'],
        nothing: null,
        text: 'grün € 𝄞',
      },
    ]);
  });

  it('takes what it gave back', async () => {
    const values = [5, 9007199254740993n, '2026-02-03T02:05:06.789Z', Buffer.from([0, 255]), ['x', 'y,"z\\'], 'grün 𝄞'];
    const [big, number, moment, bytes, list, text] = [values[1], values[0], values[2], values[3], values[4], values[5]];
    const rows = await database().asRole('operator', async (tx) => {
      const { rows: found } =
        await sql`select ${big}::int8 as big, ${number}::int8 as number, ${moment}::timestamptz as moment,
        ${bytes}::bytea as bytes, ${list}::text[] as list, ${text}::text as text`.execute(tx);
      return found;
    });
    expect(rows).toEqual([{ big, number, moment, bytes, list, text }]);
  });

  it('carries a large parameter and a large answer', async () => {
    const large = 'ü'.repeat(3_000_000);
    const rows = await database().asRole('operator', async (tx) => {
      const { rows: found } = await sql<{ text: string }>`select ${large}::text as text`.execute(tx);
      return found;
    });
    expect(rows[0]?.text === large).toBe(true);
  });
}
