/** The columns of the listing. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { StatusBadge, useFormats, type Actors, type Receipt } from '#app';
import type { Column } from '#ui';

/** `narrow`: a panel stands beside the list, and has the rest. */
export function useReceiptColumns(actors: Actors, narrow: boolean): Column<Receipt>[] {
  const t = useTranslations('receipts');
  const formats = useFormats();
  return useMemo(
    () => [
      {
        id: 'time',
        header: t('col-time'),
        width: 156,
        cell: ({ created_at: at }) => (
          <time dateTime={at} title={formats.time(at)}>
            {formats.moment(at)}
          </time>
        ),
      },
      { id: 'status', header: t('col-status'), width: 124, cell: ({ status }) => <StatusBadge status={status} /> },
      { id: 'model', header: t('col-model'), width: 150, cell: (receipt) => <ModelName {...receipt} /> },
      {
        id: 'actor',
        header: t('col-actor'),
        width: 110,
        hidden: narrow,
        cell: ({ key_id: id }) => {
          if (id === null) return t('operator');
          return <bdi title={actors.nameOf(id)}>{actors.shortNameOf(id)}</bdi>;
        },
      },
      {
        id: 'tokens',
        header: t('col-tokens'),
        align: 'end',
        width: 78,
        hidden: narrow,
        cell: ({ token_usage: { prompt, completion, total } }) => (
          <span title={t('tokens-in-out', { input: formats.integer(prompt), output: formats.integer(completion) })}>
            {formats.integer(total)}
          </span>
        ),
      },
      {
        id: 'cost',
        header: t('col-cost'),
        align: 'end',
        width: 116,
        cell: ({ cost_nanos: nanos }) =>
          nanos === null ? <span className="text-ink-muted">{t('unpriced')}</span> : formats.money(nanos),
      },
      {
        id: 'latency',
        header: t('col-latency'),
        align: 'end',
        width: 84,
        hidden: narrow,
        cell: ({ latency_ms: tookMs }) => formats.milliseconds(tookMs),
      },
    ],
    [actors, formats, narrow, t],
  );
}

/** What answered; where nothing did, what was asked for. */
function ModelName({ model, requested_model: requested }: Pick<Receipt, 'model' | 'requested_model'>) {
  const name = model === null ? requested : `${model.provider}/${model.model_id}`;
  return (
    <bdi title={name} className={model === null ? 'text-ink-muted' : ''}>
      {name}
    </bdi>
  );
}
