/** Work that waits: queues and their workers, events on their way, receipts behind the journal; and who answered. */
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Badge, Details, Gauge, Notice, Panel, SimpleTable } from '#ui';
import type { LiveReport } from './use-live.ts';

type Part<Name extends keyof LiveReport> = NonNullable<LiveReport[Name]>;

export function QueuesPanel({ workflows }: { workflows: Part<'workflows'> }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { queues, workers } = workflows;
  const waits = (ms: number | null): string => (ms === null ? '–' : formats.duration(ms));
  return (
    <Panel
      title={t('queues')}
      actions={
        workers === null ? undefined : (
          <Badge tone={workers > 0 ? 'ok' : 'danger'} icon={workers > 0 ? 'check' : 'blocked'}>
            {t('workers', { count: workers })}
          </Badge>
        )
      }
    >
      <SimpleTable
        label={t('queues')}
        head={[t('queue'), t('due'), t('running'), t('waiting'), t('oldest')]}
        rows={queues.map(({ queue, due, running, waiting, oldest_due_ms: oldest }) => ({
          id: queue,
          cells: [queue, formats.integer(due), formats.integer(running), formats.integer(waiting), waits(oldest)],
        }))}
        empty={t('no-queues')}
      />
    </Panel>
  );
}

export function EventsPanel({ events }: { events: Part<'events'> }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const waits = (ms: number | null): string => (ms === null ? '–' : formats.duration(ms));
  return (
    <Panel title={t('events')} actions={<Badge icon={null}>{t(`transport-${events.transport}`)}</Badge>}>
      <Fault fault={events.fault} title={t('events-fault')} />
      <Details
        items={[
          { name: t('outbox'), value: formats.integer(events.pending) },
          { name: t('outbox-lag'), value: waits(events.oldest_pending_ms) },
        ]}
      />
      <div className="mt-2">
        <SimpleTable
          label={t('consumers')}
          head={[t('consumer'), t('waiting'), t('oldest')]}
          rows={events.consumers.map(({ name, waiting, oldest_waiting_ms: oldest }) => ({
            id: name,
            cells: [name, formats.integer(waiting), waits(oldest)],
          }))}
          empty={t('no-consumers')}
        />
      </div>
    </Panel>
  );
}

export function JournalPanel({ receipts }: { receipts: Part<'receipts'> }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { journal_bytes: bytes, journal_bytes_max: max, pending, stalled, fault } = receipts;
  return (
    <Panel title={t('journal')}>
      <Fault fault={fault} title={t('journal-fault')} />
      <div className="flex flex-col gap-3">
        <Gauge
          label={t('journal-size')}
          value={bytes}
          max={max}
          words={t('size-of', { size: formats.bytes(bytes), max: formats.bytes(max) })}
        />
        <Details
          items={[
            { name: t('journal-pending'), value: formats.integer(pending) },
            {
              name: t('journal-stalled'),
              value: stalled === 0 ? formats.integer(0) : <Badge tone="danger">{formats.integer(stalled)}</Badge>,
            },
          ]}
        />
      </div>
    </Panel>
  );
}

export function ProcessPanel({ process }: { process: Part<'process'> }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { name, pid, version, roles, workers, started_at: startedAt } = process;
  return (
    <Panel title={t('process')}>
      <Details
        items={[
          { name: t('process-name'), value: <Mono>{name}</Mono> },
          { name: 'PID', value: String(pid) },
          { name: t('process-version'), value: version },
          { name: t('process-roles'), value: roles.join(', ') },
          { name: t('process-workers'), value: formats.integer(workers) },
          { name: t('process-started'), value: `${formats.time(startedAt)} (${formats.age(startedAt)})` },
        ]}
      />
    </Panel>
  );
}

/** A part that the server could not read now. */
export function FaultPanel({ title, reason }: { title: string; reason: string }) {
  const t = useTranslations('live');
  return (
    <Panel title={title}>
      <Notice tone="warn" title={t('part-failed')}>
        {reason}
      </Notice>
    </Panel>
  );
}

function Fault({ fault, title }: { fault: string | null; title: string }) {
  if (fault === null) return null;
  return (
    <div className="mb-2">
      <Notice tone="danger" title={title}>
        {fault}
      </Notice>
    </div>
  );
}

function Mono({ children }: { children: ReactNode }) {
  return <span className="font-mono text-xs">{children}</span>;
}
