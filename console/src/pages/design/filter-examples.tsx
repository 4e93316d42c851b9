/** Filters, spans of time, shares and steps. What is written here is sample text, and so in one language. */
import { useState } from 'react';
import { FacetGroup, FilterChips, ShareBar, Panel, RangePicker, Tile, Waterfall } from '#ui';

const STATUSES = [
  { value: 'ok', count: '4,347' },
  { value: 'failed', count: '334' },
];
const STEPS = [
  { id: 'before', label: 'Before the provider', startMs: 0, tookMs: 4, tone: 'neutral' as const },
  { id: 'first', label: 'acme/large', note: 'status-503', startMs: 4, tookMs: 120, tone: 'danger' as const },
  { id: 'second', label: 'other/large', note: 'ok', startMs: 124, tookMs: 480 },
];

export function FilterExamples() {
  const [status, setStatus] = useState<string | undefined>('ok');
  const [span, setSpan] = useState('24h');
  const [measure, setMeasure] = useState('cost');
  const chips =
    status === undefined ? [] : [{ id: 'status', name: 'Status', value: status, onRemove: () => setStatus(undefined) }];
  return (
    <Panel title="Filters, shares, steps">
      <div className="grid gap-3 sm:grid-cols-2">
        <FacetGroup title="Status" values={STATUSES} selected={status} onSelect={setStatus} />
        <div className="flex flex-col items-start gap-3">
          <FilterChips chips={chips} onClear={() => setStatus(undefined)} />
          <RangePicker
            label="Time"
            shown={span === '24h' ? 'Last 24 hours' : 'Last hour'}
            presets={[
              { value: '1h', label: 'Last hour' },
              { value: '24h', label: 'Last 24 hours' },
            ]}
            preset={span}
            from=""
            to=""
            kind="date"
            hint="In UTC."
            onPreset={setSpan}
            onSpan={() => undefined}
          />
          <ShareBar share={0.4} words="40%" />
        </div>
        <Tile label="Cost" value="$0.03" pressed={measure === 'cost'} onPress={() => setMeasure('cost')} />
        <Tile label="Calls" value="5,024" pressed={measure === 'calls'} onPress={() => setMeasure('calls')} />
      </div>
      <div className="mt-3">
        <Waterfall label="Steps of a call" steps={STEPS} totalMs={604} format={(ms) => `${ms} ms`} />
      </div>
    </Panel>
  );
}
