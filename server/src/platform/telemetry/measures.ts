/**
 * Counters, gauges and histograms in the Prometheus text format. A label set is resolved once to a cell, and counting is then
 * an addition: prom-client hashes the labels anew each time, which a call would pay for nine times.
 */

type Labels = Readonly<Record<string, string>>;

/** A number that grows, or, in a gauge, is set. */
export interface Cell {
  value: number;
}

export interface HistogramCell {
  observe(value: number): void;
}

/** One metric with all its label sets. */
export interface Family {
  /** Lines of the exposition format; empty while no label set was used. */
  render(): string;
}

export interface CellFamily extends Family {
  cell(labels: Labels): Cell;
}

export interface HistogramFamily extends Family {
  cell(labels: Labels): HistogramCell;
}

export function createCellFamily(name: string, help: string, type: 'counter' | 'gauge'): CellFamily {
  const cells = new Map<string, Cell>();
  return {
    cell: (labels) => getOrAdd(cells, renderLabels(labels), () => ({ value: 0 })),
    render() {
      const lines = [...cells].map(([labels, cell]) => `${name}${wrapLabels(labels)} ${renderNumber(cell.value)}\n`);
      return lines.length === 0 ? '' : renderHead(name, help, type) + lines.join('');
    },
  };
}

/** @param bounds upper bounds of the buckets, ascending; the last bucket without a bound is implied. */
export function createHistogramFamily(name: string, help: string, bounds: readonly number[]): HistogramFamily {
  const cells = new Map<string, Histogram>();
  return {
    cell: (labels) => getOrAdd(cells, renderLabels(labels), () => new Histogram(bounds)),
    render() {
      const lines = [...cells].map(([labels, histogram]) => histogram.render(name, labels));
      return lines.length === 0 ? '' : renderHead(name, help, 'histogram') + lines.join('');
    },
  };
}

/** A gauge whose value is asked for when it is rendered. */
export function createReadGauge(name: string, help: string, read: () => number): Family {
  return { render: () => `${renderHead(name, help, 'gauge')}${name} ${renderNumber(read())}\n` };
}

class Histogram implements HistogramCell {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  render(name: string, labels: string): string {
    const comma = labels === '' ? '' : ',';
    let total = 0;
    let text = '';
    for (const [index, count] of this.#counts.entries()) {
      total += count;
      const bound = this.#bounds[index];
      text += `${name}_bucket{${labels}${comma}le="${bound ?? '+Inf'}"} ${total}\n`;
    }
    return `${text}${name}_sum${wrapLabels(labels)} ${renderNumber(this.#sum)}\n${name}_count${wrapLabels(labels)} ${total}\n`;
  }
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

const renderHead = (name: string, help: string, type: string): string =>
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;

const wrapLabels = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function renderLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeValue(value)}"`)
    .join(',');
}

const escapeValue = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function renderNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
