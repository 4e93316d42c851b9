/**
 * The one table: a real `<table>` of which only the rows in sight stand in the page, so that a million rows scroll as ten do.
 * J and K move through the rows, Enter or a click opens one, Escape closes it; a header sorts what is loaded.
 */
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type RowData,
  type Row as TableRow,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Icon } from './icon.tsx';
import { useShortcuts } from './shortcuts.ts';

const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});
type Features = typeof features;

const ROW_PX = 36;
/** On a narrow screen the page grows with its content: unbounded, every row would be in sight, and the next page wanted. */
const FILL = 'min-h-64 flex-1 max-lg:max-h-[75vh]';
/** How close to the end the next page is asked for. */
const MORE_ROWS = 30;

export interface Column<Item> {
  id: string;
  header: string;
  cell(item: Item): ReactNode;
  /** Numbers and money stand at the end, so that digits line up. */
  align?: 'start' | 'end';
  /** In pixels; columns without share what is left. */
  width?: number;
  /** Makes the column sortable, over the rows that are loaded. */
  sortBy?(item: Item): string | number | bigint;
  hidden?: boolean;
}

interface DataTableProps<Item> {
  /** What the rows are, e.g. "Receipts". */
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  idOf(item: Item): string;
  /** The row whose peek panel is open. */
  openId?: string | null;
  /** Opens a row (`null` closes). Absent: rows do not open. */
  onOpen?(id: string | null): void;
  /** What stands in place of rows where there are none. */
  empty?: ReactNode;
  loading?: boolean;
  /** There are further rows on the server. */
  hasMore?: boolean;
  onMore?(): void;
  /** It takes the height that is left in its parent, and scrolls inside. Absent: it grows up to 60 % of the window. */
  fill?: boolean;
}

export function DataTable<Item extends RowData>(props: DataTableProps<Item>) {
  const { label, columns, items, idOf, openId = null, onOpen, fill = false } = props;
  const t = useTranslations('ui');
  // State and not a ref: the rows are laid out once more when the box that they scroll in stands.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const table = useTable({
    features,
    columns: useMemo(() => columns.map(toColumnDef), [columns]),
    data: items,
    getRowId: idOf,
    enableSortingRemoval: true,
    state: { columnVisibility: hiddenOf(columns) },
  });
  const { rows } = table.getRowModel();
  useRowKeys({ ids: rows.map((row) => row.id), openId, onOpen, scroller });
  const wide = columns.reduce((sum, column) => sum + (column.hidden === true ? 0 : (column.width ?? 120)), 0);
  return (
    <div
      ref={setScroller}
      role="region"
      aria-label={label}
      tabIndex={0}
      className={`relative overflow-auto rounded-md border border-line bg-surface ${fill ? FILL : 'max-h-[60vh]'}`}
    >
      <table
        aria-label={label}
        aria-rowcount={props.hasMore === true ? -1 : rows.length + 1}
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
        style={{ minWidth: wide }}
      >
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <HeaderCell
                  key={header.id}
                  column={columns.find((column) => column.id === header.id)}
                  sorted={header.column.getIsSorted()}
                  onSort={header.column.getToggleSortingHandler()}
                />
              ))}
            </tr>
          ))}
        </thead>
        <Body {...props} rows={rows} scroller={scroller} />
      </table>
      {rows.length === 0 && props.loading !== true ? props.empty : null}
      {props.loading === true ? <p className="p-3 text-sm text-ink-muted">{t('loading')}</p> : null}
    </div>
  );
}

interface HeaderCellProps {
  column: Pick<Column<never>, 'header' | 'align' | 'width' | 'sortBy'> | undefined;
  sorted: false | 'asc' | 'desc';
  onSort: ((event: unknown) => void) | undefined;
}

function HeaderCell({ column, sorted, onSort }: HeaderCellProps) {
  if (column === undefined) return null;
  const order = sorted === 'asc' ? 'ascending' : 'descending';
  const sortable = column.sortBy !== undefined;
  return (
    <th
      scope="col"
      aria-sort={sortable ? (sorted === false ? 'none' : order) : undefined}
      style={column.width === undefined ? undefined : { width: column.width }}
      className={`sticky top-0 z-10 border-b border-line bg-sunken px-3 py-1.5 font-medium whitespace-nowrap text-ink-muted ${column.align === 'end' ? 'text-end' : 'text-start'}`}
    >
      {sortable ? (
        <button type="button" onClick={onSort} className="inline-flex min-h-6 items-center gap-1 hover:text-ink">
          {column.header}
          {sorted === false ? null : <Icon name={sorted === 'asc' ? 'up' : 'down'} className="size-3" />}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

interface BodyProps<Item extends RowData> extends DataTableProps<Item> {
  rows: TableRow<Features, Item>[];
  scroller: HTMLDivElement | null;
}

/** Rows out of sight are two spacers, above and below. */
function Body<Item extends RowData>({
  rows,
  scroller,
  columns,
  openId,
  onOpen,
  hasMore,
  onMore,
  loading,
}: BodyProps<Item>) {
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const seen = virtualizer.getVirtualItems();
  const first = seen[0];
  const last = seen.at(-1);
  const wantsMore = hasMore === true && loading !== true && (last?.index ?? 0) > rows.length - MORE_ROWS;
  useEffect(() => {
    if (wantsMore) onMore?.();
  }, [wantsMore, rows.length, onMore]);
  const shown = columns.filter((column) => column.hidden !== true);
  return (
    <tbody>
      <Spacer height={first?.start ?? 0} span={shown.length} />
      {seen.map(({ index }) => {
        const row = rows[index];
        return row && <BodyRow key={row.id} {...{ row, index, onOpen }} columns={shown} open={row.id === openId} />;
      })}
      <Spacer height={last === undefined ? 0 : virtualizer.getTotalSize() - last.end} span={shown.length} />
    </tbody>
  );
}

interface BodyRowProps<Item extends RowData> {
  columns: readonly Column<Item>[];
  onOpen: ((id: string | null) => void) | undefined;
  row: TableRow<Features, Item>;
  index: number;
  open: boolean;
}

function BodyRow<Item extends RowData>({ row, index, open, columns, onOpen }: BodyRowProps<Item>) {
  return (
    <tr
      data-row={row.id}
      aria-rowindex={index + 2}
      aria-current={open ? 'true' : undefined}
      onClick={onOpen === undefined ? undefined : (event) => openUnlessControl(event, () => onOpen(row.id))}
      style={{ height: ROW_PX }}
      className={`${open ? 'bg-accent-soft' : 'hover:bg-sunken'} ${onOpen === undefined ? '' : 'cursor-pointer'}`}
    >
      {columns.map((column, place) => (
        <td
          key={column.id}
          className={`truncate border-b border-line px-3 py-1 ${column.align === 'end' ? 'text-end' : ''}`}
        >
          {place === 0 && onOpen !== undefined ? (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => onOpen(open ? null : row.id)}
              className="block min-h-6 w-full truncate text-start"
            >
              {column.cell(row.original)}
            </button>
          ) : (
            column.cell(row.original)
          )}
        </td>
      ))}
    </tr>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height === 0) return null;
  return (
    <tr aria-hidden="true" style={{ height }}>
      <td colSpan={span}>{'\u00a0'}</td>
    </tr>
  );
}

interface RowKeys {
  ids: readonly string[];
  openId: string | null;
  onOpen: ((id: string | null) => void) | undefined;
  scroller: HTMLDivElement | null;
}

/** J and K walk, Escape closes. The row stays in sight. */
function useRowKeys({ ids, openId, onOpen, scroller }: RowKeys): void {
  const t = useTranslations('ui');
  const at = openId === null ? -1 : ids.indexOf(openId);
  const move = (to: number): void => {
    const id = ids[Math.max(0, Math.min(to, ids.length - 1))];
    if (id !== undefined) onOpen?.(id);
  };
  useEffect(() => {
    if (scroller === null || at < 0) return;
    const top = at * ROW_PX;
    const bottom = top + 2 * ROW_PX - scroller.clientHeight;
    if (top < scroller.scrollTop) scroller.scrollTo({ top });
    else if (bottom > scroller.scrollTop) scroller.scrollTo({ top: bottom });
  }, [at, scroller]);
  useShortcuts(
    onOpen === undefined
      ? []
      : [
          { keys: 'j', label: t('row-next'), run: () => move(at + 1) },
          { keys: 'k', label: t('row-previous'), run: () => move(at - 1) },
          ...(openId === null ? [] : [{ keys: 'Escape', label: t('row-close'), run: () => onOpen(null) }]),
        ],
  );
}

/** A click on a button or a link inside a row is meant for that. */
function openUnlessControl(event: { target: EventTarget }, open: () => void): void {
  const control = event.target instanceof Element ? event.target.closest('button, a, input, select, label') : null;
  if (control === null && window.getSelection()?.isCollapsed !== false) open();
}

function toColumnDef<Item extends RowData>(column: Column<Item>): ColumnDef<Features, Item> {
  const { sortBy } = column;
  if (sortBy === undefined) return { id: column.id, header: column.header, enableSorting: false };
  return {
    id: column.id,
    header: column.header,
    accessorFn: (item) => sortBy(item),
    sortFn: (a, b) => compare(sortBy(a.original), sortBy(b.original)),
  };
}

function compare(a: string | number | bigint, b: string | number | bigint): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function hiddenOf<Item>(columns: readonly Column<Item>[]): Record<string, boolean> {
  return Object.fromEntries(columns.map((column) => [column.id, column.hidden !== true]));
}
