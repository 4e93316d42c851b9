/** The filters that are typed: cost, latency, tag, trace. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, TextField } from '#ui';
import { toDollars, toNanos } from './money.ts';
import type { Asked } from './search.ts';
import type { ReceiptsView } from './use-receipts-view.ts';

const NAMES = ['cost_min', 'cost_max', 'latency_min', 'tag', 'trace_id'] as const;
type Name = (typeof NAMES)[number];
type Typed = Readonly<Record<Name, string>>;

/** As the API takes it; `null` where it is none. */
const READERS: Record<Name, (typed: string) => string | null> = {
  cost_min: toNanos,
  cost_max: toNanos,
  latency_min: (typed) => (/^\d{1,9}$/.test(typed) ? typed : null),
  tag: (typed) => (/^[^=]+(=|$)/.test(typed) ? typed : null),
  trace_id: (typed) => typed,
};
const NOTES = {
  cost_min: ['cost-hint', 'cost-wrong'],
  cost_max: ['cost-hint', 'cost-wrong'],
  latency_min: ['latency-hint', 'latency-wrong'],
  tag: ['tag-hint', 'tag-wrong'],
} as const;

export function FigureFilters({ view: { asked, narrow } }: { view: ReceiptsView }) {
  const t = useTranslations('receipts');
  const inForce = toTyped(asked);
  const [seen, setSeen] = useState(inForce);
  const [typed, setTyped] = useState(inForce);
  const [wrong, setWrong] = useState<readonly Name[]>([]);
  // A filter that was lifted elsewhere leaves its field, and what is being typed into the others stays.
  const changed = NAMES.filter((name) => seen[name] !== inForce[name]);
  if (changed.length > 0) {
    setSeen(inForce);
    setTyped({ ...typed, ...Object.fromEntries(changed.map((name) => [name, inForce[name]])) });
  }
  const apply = (): void => {
    const read = NAMES.map((name) => ({ name, text: typed[name].trim(), value: READERS[name](typed[name].trim()) }));
    const faults = read.filter(({ text, value }) => text !== '' && value === null);
    setWrong(faults.map(({ name }) => name));
    if (faults.length > 0) return;
    narrow(Object.fromEntries(read.map(({ name, text, value }) => [name, text === '' ? undefined : value])));
  };
  const fieldOf = (name: Name) => {
    const [hint, fault] = name === 'trace_id' ? [] : NOTES[name];
    return (
      <TextField
        key={name}
        label={t(name)}
        inputMode={name === 'tag' || name === 'trace_id' ? 'text' : 'decimal'}
        {...(hint === undefined ? {} : { hint: t(hint) })}
        error={fault !== undefined && wrong.includes(name) ? t(fault) : null}
        value={typed[name]}
        onChange={({ target }) => setTyped({ ...typed, [name]: target.value })}
      />
    );
  };
  return (
    <form
      aria-label={t('more')}
      noValidate
      className="flex flex-col gap-2 px-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <div className="grid grid-cols-2 gap-2">{(['cost_min', 'cost_max'] as const).map(fieldOf)}</div>
      {(['latency_min', 'tag', 'trace_id'] as const).map(fieldOf)}
      <ApplyButton />
    </form>
  );
}

function ApplyButton() {
  const t = useTranslations('ui');
  return (
    <Button type="submit" className="self-end">
      {t('apply')}
    </Button>
  );
}

function toTyped({ cost_min: min, cost_max: max, latency_min: latency, tag, trace_id: trace }: Asked): Typed {
  return {
    cost_min: min === undefined ? '' : toDollars(min),
    cost_max: max === undefined ? '' : toDollars(max),
    latency_min: latency ?? '',
    tag: tag ?? '',
    trace_id: trace ?? '',
  };
}
