/** What a chart shows, and how its lines are told apart: for its frame and for its canvas, which is loaded later. */

export interface ChartSeries {
  label: string;
  /** As many as there are points; `null` leaves a gap. */
  values: readonly (number | null)[];
}

export interface ChartProps {
  title: string;
  /** What each point is called in the table and at the pointer. */
  points: readonly { label: string; /** Unix seconds, for a line over time. */ at: number }[];
  series: readonly ChartSeries[];
  kind?: 'line' | 'bar';
  /** A value in words, with its unit. */
  format(value: number): string;
  heightPx?: number;
}

export const CHART_COLOURS = 6;
/** Beside its colour each line has a pattern of its own. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3], [10, 5], [1, 4]];
