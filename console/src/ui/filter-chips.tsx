/** The filters in force, in one row, each with a cross that lifts it. */
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface FilterChip {
  id: string;
  name: string;
  value: string;
  onRemove(): void;
}

interface FilterChipsProps {
  chips: readonly FilterChip[];
  onClear(): void;
  /** Stands at the end of the row. */
  children?: ReactNode;
}

export function FilterChips({ chips, onClear, children }: FilterChipsProps) {
  const t = useTranslations('ui');
  if (chips.length === 0) return null;
  return (
    <ul aria-label={t('filters')} className="flex min-w-0 flex-wrap items-center gap-1.5">
      {chips.map(({ id, name, value, onRemove }) => (
        <li
          key={id}
          className="flex max-w-[min(100%,20rem)] min-w-0 items-center rounded-md border border-line bg-surface text-sm"
        >
          <span className="truncate py-0.5 ps-2" title={value}>
            <span className="text-ink-muted">{name}</span> <bdi className="font-medium">{value}</bdi>
          </span>
          <button
            type="button"
            aria-label={t('filter-remove', { name, value })}
            onClick={onRemove}
            className="flex size-7 shrink-0 items-center justify-center rounded-md text-ink-muted hover:bg-sunken hover:text-ink"
          >
            <Icon name="close" className="size-3" />
          </button>
        </li>
      ))}
      <li>
        <Button look="quiet" onClick={onClear}>
          {t('filters-clear')}
        </Button>
      </li>
      {children}
    </ul>
  );
}
