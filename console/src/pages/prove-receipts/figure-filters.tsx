/** The filters that are typed: cost, latency, tag, trace. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, TextField } from '#ui';
import { toDollars, toNanos } from './money.ts';
import type { ReceiptsView } from './use-receipts-view.ts';

const NAMES = ['cost_min', 'cost_max', 'latency_min', 'tag', 'trace_id'] as const;
type Name = (typeof NAMES)[number];
type Values = Record<Name, string>;

/** As the API takes it; `null` where it is none. */
const READERS: Record<Name, (typed: string) => string | null> = {
  cost_min: toNanos,
  cost_max: toNanos,
  latency_min: (typed) => (/^\d{1,9}$/.test(typed) ? typed : null),
  tag: (typed) => (/^[^=]+(=|$)/.test(typed) ? typed : null),
  trace_id: (typed) => typed,
};

/** `key` it by the filter, so that it shows what is in force. */
export function FigureFilters({ view: { asked, narrow } }: { view: ReceiptsView }) {
  const t = useTranslations('receipts');
  const [wrong, setWrong] = useState<readonly Name[]>([]);
  const apply = (form: HTMLFormElement): void => {
    const typed = readForm(form);
    const given = NAMES.filter((name) => typed[name] !== '');
    const faults = given.filter((name) => READERS[name](typed[name]) === null);
    setWrong(faults);
    if (faults.length > 0) return;
    narrow(
      Object.fromEntries(
        NAMES.map((name) => [name, typed[name] === '' ? undefined : (READERS[name](typed[name]) ?? undefined)]),
      ),
    );
  };
  return (
    <form
      aria-label={t('more')}
      noValidate
      className="flex flex-col gap-2 px-2"
      onSubmit={(event) => {
        event.preventDefault();
        apply(event.currentTarget);
      }}
    >
      <Fields asked={asked} wrong={wrong} />
      <ApplyButton />
    </form>
  );
}

function Fields({ asked, wrong }: { asked: ReceiptsView['asked']; wrong: readonly Name[] }) {
  const t = useTranslations('receipts');
  const faultOf = (name: Name, words: string): string | null => (wrong.includes(name) ? words : null);
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        <TextField
          name="cost_min"
          inputMode="decimal"
          label={t('cost_min')}
          hint={t('cost-hint')}
          error={faultOf('cost_min', t('cost-wrong'))}
          defaultValue={asked.cost_min === undefined ? '' : toDollars(asked.cost_min)}
        />
        <TextField
          name="cost_max"
          inputMode="decimal"
          label={t('cost_max')}
          hint={t('cost-hint')}
          error={faultOf('cost_max', t('cost-wrong'))}
          defaultValue={asked.cost_max === undefined ? '' : toDollars(asked.cost_max)}
        />
      </div>
      <TextField
        name="latency_min"
        inputMode="numeric"
        label={t('latency_min')}
        hint={t('latency-hint')}
        error={faultOf('latency_min', t('latency-wrong'))}
        defaultValue={asked.latency_min}
      />
      <TextField
        name="tag"
        label={t('tag')}
        hint={t('tag-hint')}
        error={faultOf('tag', t('tag-wrong'))}
        defaultValue={asked.tag}
      />
      <TextField name="trace_id" label={t('trace_id')} defaultValue={asked.trace_id} />
    </>
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

function readForm(form: HTMLFormElement): Values {
  const given = new FormData(form);
  const read = (name: Name): string => String(given.get(name) ?? '').trim();
  return {
    cost_min: read('cost_min'),
    cost_max: read('cost_max'),
    latency_min: read('latency_min'),
    tag: read('tag'),
    trace_id: read('trace_id'),
  };
}
