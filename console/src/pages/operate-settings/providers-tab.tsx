/** The providers as they are configured, and the button that asks one. */
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Badge, DataTable, EmptyState, PeekLayout, PeekPanel, Section, type Column } from '#ui';
import { OriginTag } from './origin.tsx';
import { ProviderTest } from './provider-test.tsx';
import type { Provider, SettingsView, Setup } from './settings-view.ts';
import { ValueList, type Valued } from './value-list.tsx';

interface ProvidersTabProps {
  view: SettingsView;
  openId: string | undefined;
  onOpen(id: string | null): void;
}

export function ProvidersTab({ view, openId, onOpen }: ProvidersTabProps) {
  const t = useTranslations('settings');
  const providers = view.providers ?? [];
  const columns = useColumns(view.everything);
  const at = providers.findIndex(({ name }) => name === openId);
  const open = providers[at];
  const showAt = (index: number) => {
    const name = providers[index]?.name;
    return name === undefined ? undefined : () => onOpen(name);
  };
  const panel =
    open === undefined ? null : (
      <PeekPanel
        title={open.name}
        lead={<Badge icon={null}>{open.adapter}</Badge>}
        onClose={() => onOpen(null)}
        onPrevious={showAt(at - 1)}
        onNext={showAt(at + 1)}
      >
        <ProviderTest key={open.name} provider={open.name} models={listModels(view, open.name)} />
        {open.setup === null ? null : (
          <Section title={t('configured')}>
            <ProviderValues provider={open} setup={open.setup} />
          </Section>
        )}
      </PeekPanel>
    );
  return (
    <PeekLayout panel={panel}>
      <DataTable
        fill
        label={t('tab-providers')}
        columns={columns}
        items={providers}
        idOf={({ name }) => name}
        openId={open?.name ?? null}
        onOpen={onOpen}
        empty={
          <EmptyState icon="settings" title={t('no-providers')}>
            {t('no-providers-lead')}
          </EmptyState>
        }
      />
    </PeekLayout>
  );
}

/** Without the provider's name: what aliases lead to first, then what lists know. */
function listModels({ models, prices }: SettingsView, provider: string): string[] {
  const prefix = `${provider}/`;
  const routed = (models ?? []).flatMap(({ candidates }) => candidates.map(({ name }) => name));
  const ids = routed.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const priced = (prices?.rows ?? []).flatMap((row) => (row.provider === provider ? [row.model] : []));
  return [...new Set([...ids, ...priced])];
}

function useColumns(everything: boolean): readonly Column<Provider>[] {
  const t = useTranslations('settings');
  const formats = useFormats();
  return useMemo(
    () => [
      { id: 'name', header: t('provider'), width: 150, sortBy: ({ name }) => name, cell: ({ name }) => name },
      {
        id: 'adapter',
        header: t('adapter'),
        width: 110,
        sortBy: ({ adapter }) => adapter,
        cell: ({ adapter }) => adapter,
      },
      {
        id: 'address',
        header: t('address'),
        width: 260,
        hidden: !everything,
        cell: ({ setup }) => (
          <span className="font-mono text-xs" title={setup?.base_url.value}>
            {setup?.base_url.value || '–'}
          </span>
        ),
      },
      { id: 'region', header: t('region'), width: 110, cell: ({ region }) => region ?? '–' },
      {
        id: 'timeout',
        header: t('timeout'),
        width: 100,
        align: 'end',
        hidden: !everything,
        cell: ({ setup }) => (setup === null ? '–' : formats.milliseconds(setup.timeout_ms.value)),
      },
      {
        id: 'key',
        header: t('key'),
        width: 120,
        hidden: !everything,
        cell: ({ setup }) => (setup === null ? '–' : <KeyBadge setup={setup} />),
      },
      {
        id: 'origin',
        header: t('origin'),
        width: 160,
        hidden: !everything,
        cell: ({ setup }) => <OriginTag origin={setup?.origin ?? null} />,
      },
    ],
    [t, formats, everything],
  );
}

function KeyBadge({ setup }: { setup: Setup }) {
  const t = useTranslations('settings');
  return setup.api_key.value ? <Badge tone="ok">{t('key-set')}</Badge> : <Badge>{t('key-none')}</Badge>;
}

function ProviderValues({ provider, setup }: { provider: Provider; setup: Setup }) {
  const t = useTranslations('settings');
  const formats = useFormats();
  const rows: Valued[] = [
    { id: 'adapter', label: t('adapter'), value: provider.adapter, origin: setup.origin },
    {
      id: 'base_url',
      label: t('address'),
      value: <span className="font-mono text-xs break-all">{setup.base_url.value || '–'}</span>,
      origin: setup.base_url.origin,
    },
    { id: 'api_key', label: t('key'), value: <KeyBadge setup={setup} />, origin: setup.api_key.origin },
    { id: 'region', label: t('region'), value: setup.region.value ?? '–', origin: setup.region.origin },
    {
      id: 'timeout_ms',
      label: t('timeout'),
      value: formats.milliseconds(setup.timeout_ms.value),
      origin: setup.timeout_ms.origin,
    },
    {
      id: 'stream_usage',
      label: t('stream-usage'),
      value: t(setup.stream_usage.value ? 'yes' : 'no'),
      origin: setup.stream_usage.origin,
    },
    ...setup.own.map(({ name, value, origin }) => ({
      id: name,
      label: name,
      value: value === null ? t('hidden-value') : <span className="font-mono text-xs break-all">{value}</span>,
      // What a preset knows of its server is not written anywhere.
      origin,
    })),
  ];
  return <ValueList rows={rows} />;
}
