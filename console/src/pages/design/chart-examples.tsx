/** The chart, over time and by day. */
import { Chart } from '#ui';

const FROM = Date.UTC(2026, 0, 1) / 1000;
const DAY_S = 86_400;
const points = Array.from({ length: 30 }, (_, index) => {
  const at = FROM + index * DAY_S;
  return { at, label: new Date(at * 1000).toISOString().slice(0, 10) };
});
const wave = (size: number, shift: number): number[] =>
  points.map((_point, index) => Math.round(size * (2 + Math.sin(index / 3 + shift))));

export function ChartExamples() {
  const format = (value: number): string => String(Math.round(value));
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Chart
        title="Requests"
        points={points}
        format={format}
        series={[
          { label: 'small', values: wave(100, 0) },
          { label: 'large', values: wave(60, 2) },
        ]}
      />
      <Chart
        title="Requests by day"
        kind="bar"
        points={points}
        format={format}
        series={[{ label: 'all', values: wave(90, 1) }]}
      />
    </div>
  );
}
