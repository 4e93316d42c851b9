/** The filters in force, above the listing. */
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats, type Actors } from '#app';
import { FilterChips } from '#ui';
import { toDollars } from './money.ts';
import { useSpanInWords } from './page-actions.tsx';
import type { Asked } from './search.ts';
import type { ReceiptsView } from './use-receipts-view.ts';

type Named = Exclude<keyof Asked, 'span' | 'from' | 'to'>;

const NAMES = [
  'status',
  'decision',
  'model',
  'provider',
  'key_id',
  'surface',
  'stream',
  'fallback',
  'cost_min',
  'cost_max',
  'latency_min',
  'tag',
  'trace_id',
] as const satisfies readonly Named[];

export function countFilters(asked: Asked): number {
  return NAMES.filter((name) => asked[name] !== undefined).length;
}

export function FiltersInForce({
  view,
  actors,
  children,
}: {
  view: ReceiptsView;
  actors: Actors;
  children?: ReactNode;
}) {
  const t = useTranslations('receipts');
  const { milliseconds } = useFormats();
  const { asked, narrow, clear } = view;
  const span = useSpanInWords(asked);
  const words: Partial<Record<Named, (value: string) => string>> = {
    status: () => t(`status-${asked.status ?? 'ok'}`),
    decision: (value) => t(value === 'deny' ? 'decision-deny' : 'decision-allow'),
    key_id: actors.nameOf,
    stream: (value) => t(value === 'true' ? 'yes' : 'no'),
    fallback: (value) => t(value === 'true' ? 'yes' : 'no'),
    cost_min: (value) => `$${toDollars(value)}`,
    cost_max: (value) => `$${toDollars(value)}`,
    latency_min: (value) => milliseconds(Number(value)),
  };
  const timed = asked.span !== undefined || asked.from !== undefined || asked.to !== undefined;
  const time = {
    id: 'time',
    name: t('time'),
    value: span,
    onRemove: () => narrow({ span: undefined, from: undefined, to: undefined }),
  };
  const named = NAMES.flatMap((name) => {
    const value = asked[name];
    if (value === undefined) return [];
    return [
      { id: name, name: t(name), value: words[name]?.(value) ?? value, onRemove: () => narrow({ [name]: undefined }) },
    ];
  });
  return (
    <FilterChips chips={timed ? [time, ...named] : named} onClear={clear}>
      {children}
    </FilterChips>
  );
}
