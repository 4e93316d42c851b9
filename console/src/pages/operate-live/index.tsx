import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Notice, PageFrame } from '#ui';
import { DeadLetters } from './dead-letters.tsx';
import { Figures } from './figures.tsx';
import { FreshnessControls, LostNote } from './freshness.tsx';
import { ModelTable } from './model-table.tsx';
import { ProviderCards } from './provider-cards.tsx';
import { TrafficCharts } from './traffic-charts.tsx';
import { useLive, type LiveReport } from './use-live.ts';
import { EventsPanel, FaultPanel, JournalPanel, ProcessPanel, QueuesPanel } from './work-panels.tsx';

export const route = createLazyRoute('/operate/live')({ component: LivePage });

const api = getRouteApi('/operate/live');

function LivePage() {
  const t = useTranslations('live');
  const { paused = false } = api.useSearch();
  const navigate = api.useNavigate();
  const live = useLive(paused);
  const look = { paused, error: live.error, updatedAt: live.dataUpdatedAt };
  const refresh = (): void => void live.refetch();
  const pause = (stop: boolean): void => {
    void navigate({
      search: ({ paused: _former, ...rest }) => (stop ? { ...rest, paused: true } : rest),
      replace: true,
    });
    if (!stop) refresh();
  };
  return (
    <PageFrame
      title={t('title')}
      lead={t('lead')}
      actions={<FreshnessControls {...look} onPause={pause} onRefresh={refresh} />}
    >
      <div className="flex min-w-0 shrink-0 flex-col gap-3 pb-4">
        <LostNote {...look} onRetry={refresh} />
        {live.data === undefined ? <DeadLetters count={null} /> : <Report report={live.data} />}
      </div>
    </PageFrame>
  );
}

const PARTS = ['traffic', 'capacity', 'providers', 'workflows', 'events', 'receipts', 'process'] as const;

/** A part that is null is not this member's to see, or failed; then it stands among the faults. The others stand. */
function Report({ report }: { report: LiveReport }) {
  const t = useTranslations('live');
  const { traffic, capacity, providers, workflows, events, receipts, process, faults } = report;
  const isOneOfMany = process !== null && (process.workers > 1 || !process.alone);
  return (
    <>
      {report.everything ? null : <Notice title={t('own-only')}>{t('own-only-lead')}</Notice>}
      {isOneOfMany ? <Notice title={t('one-of-many')}>{t('one-of-many-lead', { name: process.name })}</Notice> : null}
      <Figures traffic={traffic} capacity={capacity} />
      {PARTS.map((part) => {
        const reason = faults[part];
        return reason === undefined ? null : <FaultPanel key={part} title={t(`part-${part}`)} reason={reason} />;
      })}
      {traffic === null ? null : <TrafficCharts traffic={traffic} />}
      {providers === null ? null : <ProviderCards providers={providers} />}
      {traffic === null ? null : <ModelTable models={traffic.models} />}
      <DeadLetters count={countLetters(report)} />
      <div className="grid items-start gap-3 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3">
          {workflows === null ? null : <QueuesPanel workflows={workflows} />}
          {receipts === null ? null : <JournalPanel receipts={receipts} />}
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          {events === null ? null : <EventsPanel events={events} />}
          {process === null ? null : <ProcessPanel process={process} />}
        </div>
      </div>
    </>
  );
}

function countLetters({ workflows, events }: LiveReport): number {
  return (workflows?.dead_letters ?? 0) + (events?.dead_letters ?? 0);
}
