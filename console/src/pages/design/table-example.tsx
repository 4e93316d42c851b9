/** The table with its peek panel, over ten thousand rows. */
import { useState } from 'react';
import { Badge, DataTable, Details, PeekLayout, PeekPanel, type Column } from '#ui';

interface Sample {
  id: string;
  model: string;
  ok: boolean;
  tokens: number;
}

const ROWS = 10_000;
const samples: Sample[] = Array.from({ length: ROWS }, (_, index) => ({
  id: `sample-${index}`,
  model: index % 3 === 0 ? 'openai/large' : 'openai/small',
  ok: index % 7 !== 0,
  tokens: (index * 7919) % 5_000,
}));

const columns: Column<Sample>[] = [
  { id: 'id', header: 'Id', cell: (row) => row.id, width: 160 },
  { id: 'model', header: 'Model', cell: (row) => row.model, sortBy: (row) => row.model },
  {
    id: 'status',
    header: 'Status',
    cell: (row) => <Badge tone={row.ok ? 'ok' : 'danger'}>{row.ok ? 'ok' : 'failed'}</Badge>,
  },
  { id: 'tokens', header: 'Tokens', align: 'end', cell: (row) => row.tokens, sortBy: (row) => row.tokens },
];

export function TableExample() {
  const [openId, setOpenId] = useState<string | null>(null);
  const open = samples.find(({ id }) => id === openId);
  const panel =
    open === undefined ? null : (
      <PeekPanel title={open.id} onClose={() => setOpenId(null)}>
        <Details
          items={[
            { name: 'Model', value: open.model },
            { name: 'Tokens', value: open.tokens },
          ]}
        />
      </PeekPanel>
    );
  return (
    <div className="flex h-96 shrink-0 flex-col">
      <PeekLayout panel={panel}>
        <DataTable
          fill
          label="Samples"
          columns={columns}
          items={samples}
          idOf={(row) => row.id}
          openId={openId}
          onOpen={setOpenId}
        />
      </PeekLayout>
    </div>
  );
}
