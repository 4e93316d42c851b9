/** A few rows that are always in sight: the first cell names its row, the others are figures. `DataTable` is for lists. */
import type { ReactNode } from 'react';

interface SimpleTableProps {
  label: string;
  head: readonly string[];
  rows: readonly { id: string; cells: readonly ReactNode[] }[];
  /** What stands in place of rows where there are none. */
  empty: ReactNode;
}

export function SimpleTable({ label, head, rows, empty }: SimpleTableProps) {
  if (rows.length === 0) return <p className="text-sm text-ink-muted">{empty}</p>;
  return (
    <div role="group" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table aria-label={label} className="w-full text-sm">
        <thead>
          <tr className="text-ink-muted">
            {head.map((name, place) => (
              <th
                key={name}
                scope="col"
                className={`px-2 py-1 font-medium first:ps-0 last:pe-0 ${place === 0 ? 'text-start' : 'text-end'}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id} className="border-t border-line">
              {cells.map((cell, place) =>
                place === 0 ? (
                  <th key={head[place]} scope="row" className="px-2 py-1 text-start font-normal first:ps-0">
                    {cell}
                  </th>
                ) : (
                  <td key={head[place]} className="px-2 py-1 text-end last:pe-0">
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
