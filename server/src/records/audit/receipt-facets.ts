/** What the facets of a listing say: how often each value stands in the receipts that were looked at. */

/** Each is a filter of the listing, of the same name. */
export const FACETS = ['status', 'model', 'key_id', 'decision', 'surface'] as const;
export type Facet = (typeof FACETS)[number];

/** Of each facet the most frequent values are told. */
const VALUES_MAX = 50;

export interface FacetValue {
  /** `null` where the receipt has none: a denied call has no model. */
  value: string | null;
  count: number;
}

export interface FacetCounts {
  facets: Record<Facet, FacetValue[]>;
  /** How many of the examined receipts fit the whole filter. */
  matched: number;
  examined: number;
  /** Moment of the oldest that was looked at, `null` where there is none. */
  since: string | null;
}

/** One group of the store's answer: a value of one facet, or the whole. */
export interface FacetRow extends Record<Facet, string | null>, Record<`by_${Facet}`, number> {
  /** A bit for each facet that the group is not about, the first facet's the highest. */
  left_out: number;
  matched: number;
  examined: number;
  since: string | null;
}

/** Sorts the groups by facet, the most frequent value first. */
export function toFacetCounts(rows: readonly FacetRow[]): FacetCounts {
  const everyBit = 2 ** FACETS.length - 1;
  const valuesOf = (facet: Facet): FacetValue[] => {
    const bit = 2 ** (FACETS.length - 1 - FACETS.indexOf(facet));
    return rows
      .filter((row) => row.left_out === everyBit - bit && row[`by_${facet}`] > 0)
      .map((row) => ({ value: row[facet], count: row[`by_${facet}`] }))
      .toSorted((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1))
      .slice(0, VALUES_MAX);
  };
  const whole = rows.find((row) => row.left_out === everyBit);
  return {
    facets: {
      status: valuesOf('status'),
      model: valuesOf('model'),
      key_id: valuesOf('key_id'),
      decision: valuesOf('decision'),
      surface: valuesOf('surface'),
    },
    matched: whole?.matched ?? 0,
    examined: whole?.examined ?? 0,
    since: whole?.since ?? null,
  };
}
