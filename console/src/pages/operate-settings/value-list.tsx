/** Values one below the other, each with its name, what it is called where it is changed, and where it comes from. */
import type { ReactNode } from 'react';
import { OriginNote } from './origin.tsx';
import type { Origin } from './settings-view.ts';

export interface Valued {
  id: string;
  label: string;
  /** As it is called in reeve.yaml or the environment, where that is not said below. */
  code?: string;
  value: ReactNode;
  origin: Origin | null;
}

export function ValueList({ rows }: { rows: readonly Valued[] }) {
  return (
    <dl className="flex flex-col divide-y divide-line text-sm">
      {rows.map(({ id, label, code, value, origin }) => (
        <div key={id} className="grid gap-x-4 gap-y-0.5 py-2 first:pt-0 last:pb-0 sm:grid-cols-[minmax(11rem,2fr)_3fr]">
          <dt>
            {label}
            {code === undefined ? null : <span className="block font-mono text-xs text-ink-muted">{code}</span>}
          </dt>
          <dd className="min-w-0">
            <div className="font-medium">{value}</div>
            <OriginNote origin={origin} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
