/** What a key did lately, out of receipts and usage. Either may be closed to this member; the rest of the panel stands. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { call, type Reply } from '#api';
import { ProblemNote, UnpricedCalls, useFormats } from '#app';
import { Details, Section } from '#ui';

const LINK = 'inline-flex min-h-6 items-center text-accent underline';

export function KeyCalls({ id }: { id: string }) {
  const t = useTranslations('keys');
  const formats = useFormats();
  const last = useQuery({
    queryKey: ['keys', 'last-call', id],
    queryFn: ({ signal }) =>
      call('GET /api/v1/receipts', { query: { key_id: id, order: 'newest', limit: '1' }, signal }),
  });
  const usage = useQuery({
    queryKey: ['keys', 'usage', id],
    queryFn: ({ signal }) => call('GET /api/v1/usage', { query: { key_id: id, group_by: 'key', limit: '1' }, signal }),
  });
  const receipt = last.data?.data[0];
  const total = usage.data?.total;
  const items = [
    ...(last.data === undefined
      ? []
      : [{ name: t('last-used'), value: receipt === undefined ? t('not-used') : formats.age(receipt.created_at) }]),
    ...(total === undefined
      ? []
      : [
          { name: t('calls-all'), value: formats.integer(total.requests) },
          { name: t('cost-all'), value: <CostOf total={total} /> },
        ]),
  ];
  return (
    <Section title={t('used')}>
      <div className="mb-2 flex flex-col gap-2 empty:hidden">
        {last.error === null ? null : <ProblemNote error={last.error} />}
        {usage.error === null ? null : <ProblemNote error={usage.error} />}
      </div>
      <Details items={items} />
      {receipt === undefined ? null : (
        <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
          <Link to="/prove/receipts" search={{ key_id: id }} className={LINK}>
            {t('to-receipts')}
          </Link>
          {usage.data === undefined ? null : (
            <Link to="/govern/usage" search={{ key_id: id }} className={LINK}>
              {t('to-usage')}
            </Link>
          )}
        </p>
      )}
    </Section>
  );
}

function CostOf({ total }: { total: Reply<'GET /api/v1/usage'>['total'] }) {
  const { money } = useFormats();
  return (
    <>
      {money(total.cost_nanos)} <UnpricedCalls count={total.unpriced} />
    </>
  );
}
