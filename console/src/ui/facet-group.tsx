/** The values of one field with how often each stands in what is listed; one of them may be chosen as a filter. */
import { useId, useState } from 'react';
import { useTranslations } from 'use-intl';
import { Icon } from './icon.tsx';

export interface FacetValue {
  value: string;
  /** What stands there in place of the bare value. */
  label?: string;
  /** As it is written for people. */
  count?: string | undefined;
}

interface FacetGroupProps {
  title: string;
  values: readonly FacetValue[];
  selected: string | undefined;
  /** `undefined` lifts the filter. */
  onSelect(value: string | undefined): void;
  /** Few short values, side by side. */
  inline?: boolean;
}

const SHOWN = 7;

export function FacetGroup({ title, values, selected, onSelect, inline = false }: FacetGroupProps) {
  const t = useTranslations('ui');
  const id = useId();
  const [whole, setWhole] = useState(false);
  // What is chosen stays in sight, also where nothing of it is counted any more.
  const all =
    selected === undefined || values.some(({ value }) => value === selected)
      ? values
      : [{ value: selected }, ...values];
  const shown = whole ? all : all.filter(({ value }, index) => index < SHOWN || value === selected);
  if (all.length === 0) return null;
  return (
    <section aria-labelledby={id} className="flex flex-col">
      <h2 id={id} className="px-2 pb-1 text-xs font-medium text-ink-muted">
        {title}
      </h2>
      <ul className={inline ? 'grid grid-cols-2 gap-1' : ''}>
        {shown.map((one) => (
          <li key={one.value}>
            <FacetButton {...one} pressed={one.value === selected} onSelect={onSelect} />
          </li>
        ))}
      </ul>
      {all.length > SHOWN ? (
        <button
          type="button"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
          className="min-h-6 self-start rounded-sm px-2 text-xs text-accent underline"
        >
          {whole ? t('facet-fewer') : t('facet-all', { count: all.length })}
        </button>
      ) : null}
    </section>
  );
}

type FacetButtonProps = FacetValue & { pressed: boolean; onSelect: FacetGroupProps['onSelect'] };

function FacetButton({ value, label = value, count, pressed, onSelect }: FacetButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      title={label}
      onClick={() => onSelect(pressed ? undefined : value)}
      className={`flex min-h-7 w-full items-center gap-2 rounded-md px-2 text-start text-sm ${pressed ? 'bg-accent-soft font-medium' : 'hover:bg-sunken'}`}
    >
      <bdi className="min-w-0 flex-1 truncate">{label}</bdi>
      {pressed ? <Icon name="check" className="size-3" /> : null}
      {count === undefined ? null : <span className="text-xs text-ink-muted">{count}</span>}
    </button>
  );
}
