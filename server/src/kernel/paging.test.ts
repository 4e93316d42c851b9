import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.ts';
import { buildPage, parsePage } from './paging.ts';

const NUMBER = /^\d+$/;

/** Serves `rows` the way a store does: behind the cursor, one more than asked. */
function listPage(rows: readonly number[], query: Record<string, unknown>) {
  const page = parsePage(query, [NUMBER]);
  const after = Number(page.after?.[0] ?? -1);
  const found = rows.filter((row) => row > after).slice(0, page.limit + 1);
  const toItem = (row: number) => row;
  return buildPage({ path: '/rows', query, page, rows: found, toItem, sortKeyOf: (row) => [String(row)] });
}

describe('paging', () => {
  it('walks every row once, in order, whatever the limit', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(999), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (values, limit) => {
        const rows = values.toSorted((a, b) => a - b);
        const seen: number[] = [];
        let after: string | undefined;
        for (let turn = 0; turn <= rows.length; turn += 1) {
          const page = listPage(rows, { limit: String(limit), after });
          seen.push(...page.data);
          if (page.next === null) break;
          expect(page.data).toHaveLength(limit);
          after = page.next;
        }
        expect(seen).toEqual(rows);
      }),
    );
  });

  it('keeps filters in its links', () => {
    const page = listPage([1, 2, 3], { limit: '2', status: 'ok' });
    expect(page.links.self).toBe('/rows?limit=2&status=ok');
    expect(page.links.next).toBe(`/rows?limit=2&status=ok&after=${page.next}`);
    expect(listPage([1], {}).links).toEqual({ self: '/rows', next: null, actions: {} });
  });

  it('gives 50 by default and counts more than 500 as 500', () => {
    expect(parsePage({}, [NUMBER])).toEqual({ limit: 50, after: null });
    expect(parsePage({ limit: '501' }, [NUMBER]).limit).toBe(500);
    expect(parsePage({ limit: '9'.repeat(400) }, [NUMBER]).limit).toBe(500);
  });

  it.each(['0', '-1', '1.5', 'ten', '', ['1', '2'], null])('refuses the limit %j', (limit) => {
    expect(() => parsePage({ limit }, [NUMBER])).toThrow(expect.objectContaining({ param: 'limit', status: 400 }));
  });

  it('refuses every cursor that it did not make for this listing', () => {
    const foreign = Buffer.from('["1","2"]').toString('base64url');
    const wrongForm = Buffer.from('["1\\u0000"]').toString('base64url');
    for (const after of ['', 'x', '%00', foreign, wrongForm, 7, ['a']]) {
      expect(() => parsePage({ after }, [NUMBER])).toThrow(expect.objectContaining({ param: 'after' }));
    }
    fc.assert(
      fc.property(fc.string(), (after) => {
        try {
          const page = parsePage({ after }, [NUMBER]);
          expect(page.after?.[0]).toMatch(NUMBER);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
