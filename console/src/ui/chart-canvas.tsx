/** The drawn half of `Chart`; loaded when the first chart is shown. */
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import { CHART_COLOURS, DASHES, type ChartProps } from './chart-shape.ts';

export function ChartCanvas(props: ChartProps & { heightPx: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const theme = useThemeChange();
  const { kind, heightPx, points, series } = props;
  const shape = `${kind} ${heightPx} ${theme} ${isWhole(props)} ${series.map(({ label }) => label).join('\n')}`;
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
    plot.current?.setData(toData(props));
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const drawn = new UPlot(toOptions(latest, element.clientWidth), toData(latest.current), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: heightPx }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [shape, heightPx]);
  return <div ref={box} role="img" aria-label={`${props.title}: ${points.length}`} className="w-full" />;
}

function toData({ points, series }: ChartProps): UPlot.AlignedData {
  return [points.map(({ at }) => at), ...series.map(({ values }) => [...values])];
}

function toOptions(latest: { current: ChartProps & { heightPx: number } }, width: number): UPlot.Options {
  const { series, kind, heightPx } = latest.current;
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string): string => styles.getPropertyValue(`--${name}`).trim();
  const bars = UPlot.paths.bars?.({ size: [0.7, 48] });
  return {
    width,
    height: heightPx,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    padding: [8, () => halfLabel(latest.current), 0, 0],
    plugins: [tooltip(latest)],
    axes: toAxes(latest, colour),
    scales: {
      x: {
        time: kind !== 'bar' || isTime(latest.current),
        ...(kind === 'bar' ? { range: (_plot, min, max) => widen(latest.current, min, max) } : {}),
      },
      y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    series: [
      {},
      ...series.map(({ label }, index) => ({
        label,
        width: 2,
        stroke: colour(`chart-${(index % CHART_COLOURS) + 1}`),
        dash: [...(DASHES[index % DASHES.length] ?? [])],
        // A value between gaps is no line: it shows as a point.
        points: {
          show: kind !== 'bar',
          size: 5,
          width: 0,
          fill: colour(`chart-${(index % CHART_COLOURS) + 1}`),
          filter: findLone,
        },
        ...(kind === 'bar' ? { fill: colour(`chart-${(index % CHART_COLOURS) + 1}`), dash: [] } : {}),
        ...(kind === 'bar' && bars !== undefined ? { paths: bars } : {}),
      })),
    ],
  };
}

function toAxes(latest: { current: ChartProps }, colour: (name: string) => string): UPlot.Axis[] {
  const axis = {
    stroke: colour('ink-muted'),
    font: LABEL_FONT,
    gap: GAP_PX,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const filter = (_plot: UPlot, splits: number[]) => keepZero(latest.current, splits);
  return [
    {
      ...axis,
      size: 28,
      space: LABEL_PX + 7 * Math.max(0, ...latest.current.points.map(({ label }) => label.length)),
      values: (_plot, splits) => labelSplits(latest.current, splits),
    },
    {
      ...axis,
      grid: { ...axis.grid, filter },
      filter,
      ...(isWhole(latest.current) ? { incrs: WHOLE_STEPS } : {}),
      size: (_plot, values) => Math.max(widest(values ?? []) + 2 * GAP_PX, halfLabel(latest.current)),
      values: (_plot, splits) => splits.map((value) => (value === null ? '' : latest.current.format(value))),
    },
  ];
}

/** Between two labels of the horizontal axis. */
const LABEL_PX = 16;
/** Between a label and what it names. */
const GAP_PX = 5;
const LABEL_FONT = '12px system-ui, sans-serif';

/** On a canvas of its own: the plot remembers the font of its canvas. */
const ruler = document.createElement('canvas').getContext('2d');

function widest(labels: readonly string[]): number {
  if (ruler === null) return 0;
  ruler.font = LABEL_FONT;
  return Math.ceil(Math.max(0, ...labels.map((label) => ruler.measureText(label).width)));
}

/** Half of the first and of the last label stands beside its point. */
function halfLabel({ points }: ChartProps): number {
  return Math.ceil(widest(points.map(({ label }) => label)) / 2) + GAP_PX;
}

/** Between two ticks of what is counted: 1, 2, 5, 10, … up to what a double holds exactly. */
const WHOLE_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** Things that are counted have no tick between one and two: its label would be one of theirs. */
function isWhole({ series }: ChartProps): boolean {
  return series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0)));
}

/** Where nothing but zero is shown the scale above it is made up. */
function keepZero({ series }: ChartProps, splits: readonly number[]): (number | null)[] {
  const some = series.some(({ values }) => values.some((value) => (value ?? 0) !== 0));
  return splits.map((value) => (some || value === 0 ? value : null));
}

/** The first and the last bar stand whole. */
function widen({ points }: ChartProps, min: number, max: number): [number, number] {
  const [only] = points;
  if (only !== undefined && points.length === 1) return [only.at - 1, only.at + 1];
  const half = (max - min) / Math.max(1, points.length - 1) / 2;
  return [min - half, max + half];
}

function findLone(plot: UPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  const isValue = (at: number): boolean => typeof values[at] === 'number';
  return [...values.keys()].filter((at) => isValue(at) && !isValue(at - 1) && !isValue(at + 1));
}

const YEAR_2000 = 946_684_800;
const isTime = ({ points }: ChartProps): boolean => (points[0]?.at ?? 0) > YEAR_2000;

/** Ticks of one point have its name once. */
function labelSplits(props: ChartProps, splits: readonly number[]): string[] {
  const labels = splits.map((at) => labelAt(props, at));
  return labels.map((label, index) => (label === labels[index - 1] ? '' : label));
}

/** The label of the point nearest to a tick. */
function labelAt({ points }: ChartProps, at: number): string {
  let best = points[0];
  for (const point of points) if (Math.abs(point.at - at) < Math.abs((best?.at ?? 0) - at)) best = point;
  return best?.label ?? '';
}

/** The values at the pointer. The table behind the chart says the same to those who have none. */
function tooltip(latest: { current: ChartProps }): UPlot.Plugin {
  const box = document.createElement('div');
  box.className =
    'pointer-events-none absolute z-10 hidden rounded-md border border-line bg-raised px-2 py-1 text-xs text-ink shadow-float';
  return {
    hooks: {
      init: (plot) => void plot.over.append(box),
      setCursor(plot) {
        const { points, series, format } = latest.current;
        const index = plot.cursor.idx;
        const point = index === null || index === undefined ? undefined : points[index];
        box.classList.toggle('hidden', point === undefined);
        if (point === undefined || index === null || index === undefined) return;
        const values = series.map(({ label, values: all }) => {
          const value = all[index];
          return `${label}: ${value === null || value === undefined ? '–' : format(value)}`;
        });
        box.innerText = [point.label, ...values].join('\n');
        const left = plot.cursor.left ?? 0;
        const flip = left > plot.over.clientWidth / 2;
        box.style.left = flip ? '' : `${left + 12}px`;
        box.style.right = flip ? `${plot.over.clientWidth - left + 12}px` : '';
        box.style.top = '4px';
      },
    },
  };
}

/** Changes when the theme does: a canvas does not see CSS variables. */
function useThemeChange(): string {
  const read = (): string => document.documentElement.dataset['theme'] ?? '';
  const [theme, setTheme] = useState(read);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(read()));
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}
