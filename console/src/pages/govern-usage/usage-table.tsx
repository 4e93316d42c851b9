/** What each model, key or tag took; the costliest first. */
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { holds, ProblemNote, UnpricedCalls, useActors, useFormats, useMe, type Actors } from '#app';
import { DataTable, Icon, ShareBar, type Column } from '#ui';
import type { Group, Question, UsageSearch } from './search.ts';
import { useUsage, type Sums, type UsageRow } from './usage-queries.ts';

interface UsageTableProps {
  by: Group;
  question: Question;
  onNarrow(filter: Pick<UsageSearch, 'model' | 'key_id' | 'tag'>): void;
}

export function UsageTable({ by, question, onNarrow }: UsageTableProps) {
  const t = useTranslations('usage');
  const { data, error, refetch, isPending } = useUsage(by, question);
  const rows = useMemo(() => (data?.rows ?? []).toSorted(compareCost), [data]);
  const columns = useColumns({ by, question, onNarrow }, data?.total);
  if (error !== null) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  return (
    <div className="flex flex-col gap-2">
      {by === 'tag' ? <p className="text-sm text-ink-muted">{t('tag-lead')}</p> : null}
      <DataTable
        label={t(`table-${by}`)}
        columns={columns}
        items={rows}
        idOf={(row) => JSON.stringify(filterOf(by, row))}
        loading={isPending}
        empty={<p className="p-4 text-sm text-ink-muted">{t(by === 'tag' ? 'no-tags' : 'no-rows')}</p>}
      />
      {data?.truncated === true ? <p className="text-xs text-ink-muted">{t('truncated')}</p> : null}
    </div>
  );
}

function useColumns({ by, question, onNarrow }: UsageTableProps, total?: Sums): Column<UsageRow>[] {
  const t = useTranslations('usage');
  const actors = useActors();
  const figures = useFigureColumns(total);
  const seesReceipts = holds(useMe(), 'receipts:read');
  return useMemo(() => {
    const nameOf = (row: UsageRow): string => nameRow(by, row, actors) ?? t(by === 'model' ? 'no-model' : 'operator');
    return [
      {
        id: 'name',
        header: t(by),
        width: 200,
        sortBy: nameOf,
        cell: (row) =>
          isNamed(by, row) ? (
            <RowName name={nameOf(row)} onClick={() => onNarrow(filterOf(by, row))} />
          ) : (
            <span className="text-ink-muted">{nameOf(row)}</span>
          ),
      },
      ...figures,
      {
        id: 'receipts',
        header: t('receipts'),
        width: 100,
        hidden: !seesReceipts,
        cell: (row) =>
          isNamed(by, row) ? <ToReceipts name={nameOf(row)} search={{ ...question, ...filterOf(by, row) }} /> : null,
      },
    ];
  }, [actors, by, figures, onNarrow, question, seesReceipts, t]);
}

/** What stands in every grouping: the sums, and each row's share of the cost. */
function useFigureColumns(total?: Sums): Column<UsageRow>[] {
  const t = useTranslations('usage');
  const { integer, money, percent } = useFormats();
  return useMemo(() => {
    const cost = Number(total?.cost_nanos ?? 0);
    const shareOf = (row: UsageRow): number => (cost === 0 ? 0 : Number(row.cost_nanos) / cost);
    const figure = (id: 'requests' | 'input_tokens' | 'output_tokens'): Column<UsageRow> => ({
      id,
      header: t(id),
      align: 'end',
      width: id === 'requests' ? 110 : 140,
      cell: (row) => integer(row[id]),
      sortBy: (row) => row[id],
    });
    return [
      figure('requests'),
      figure('input_tokens'),
      figure('output_tokens'),
      {
        id: 'cost',
        header: t('cost_nanos'),
        align: 'end',
        width: 130,
        cell: (row) => (row.unpriced === row.requests ? '–' : money(row.cost_nanos)),
        sortBy: (row) => row.cost_nanos,
      },
      {
        id: 'unpriced',
        header: t('unpriced'),
        width: 200,
        hidden: Number(total?.unpriced ?? 0) === 0,
        cell: (row) => <UnpricedCalls count={row.unpriced} />,
        sortBy: (row) => row.unpriced,
      },
      {
        id: 'share',
        header: t('share'),
        width: 150,
        cell: (row) => <ShareBar share={shareOf(row)} words={percent(shareOf(row))} />,
      },
    ];
  }, [integer, money, percent, t, total]);
}

function RowName({ name, onClick }: { name: string; onClick(): void }) {
  return (
    <button
      type="button"
      title={name}
      onClick={onClick}
      className="block min-h-6 max-w-full truncate text-start hover:underline"
    >
      <bdi>{name}</bdi>
    </button>
  );
}

function ToReceipts({ name, search }: { name: string; search: Question }) {
  const t = useTranslations('usage');
  return (
    <Link
      to="/prove/receipts"
      search={search}
      aria-label={t('receipts-of', { name })}
      title={t('receipts-of', { name })}
      className="inline-flex size-7 items-center justify-center rounded-md text-accent hover:bg-accent-soft"
    >
      <Icon name="receipt" />
    </Link>
  );
}

/** `null`: the operator, who has no key, or a call that reached no model. */
function nameRow(by: Group, row: UsageRow, actors: Actors): string | null {
  if (by === 'model') return row.model_id == null ? null : `${row.provider ?? ''}/${row.model_id}`;
  if (by === 'tag') return `${row.tag_key}=${row.tag_value}`;
  return row.key_id == null ? null : actors.nameOf(row.key_id);
}

/** Rows without a value cannot be asked for. */
function isNamed(by: Group, row: UsageRow): boolean {
  return Object.keys(filterOf(by, row)).length > 0;
}

/** What of usage, and of receipts, this row is. */
function filterOf(by: Group, row: UsageRow): Pick<UsageSearch, 'model' | 'key_id' | 'tag'> {
  if (by === 'model') return row.model_id == null ? {} : { model: `${row.provider ?? ''}/${row.model_id}` };
  if (by === 'tag') return { tag: `${row.tag_key}=${row.tag_value}` };
  return row.key_id == null ? {} : { key_id: row.key_id };
}

function compareCost(a: UsageRow, b: UsageRow): number {
  const [left, right] = [BigInt(a.cost_nanos), BigInt(b.cost_nanos)];
  if (left !== right) return left < right ? 1 : -1;
  return Number(b.requests) - Number(a.requests);
}
