import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { dropAbsent, ProblemNote } from '#app';
import { Notice, PageFrame, Tabs } from '#ui';
import { LimitsTab } from './limits-tab.tsx';
import { ModelsTab } from './models-tab.tsx';
import { PricesTab } from './prices-tab.tsx';
import { ProvidersTab } from './providers-tab.tsx';
import { TABS, type SettingsTab } from './search.ts';
import { useSettings, type SettingsView } from './settings-view.ts';

export const route = createLazyRoute('/operate/settings')({ component: SettingsPage });

const api = getRouteApi('/operate/settings');

function SettingsPage() {
  const t = useTranslations('settings');
  const settings = useSettings();
  return (
    <PageFrame title={t('title')} lead={t('lead')}>
      {settings.error === null ? null : <ProblemNote error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.isPending ? <p className="text-sm text-ink-muted">{t('loading')}</p> : null}
      {settings.data === undefined ? null : <View view={settings.data} />}
    </PageFrame>
  );
}

function View({ view }: { view: SettingsView }) {
  const t = useTranslations('settings');
  const { tab = 'providers' } = api.useSearch();
  const navigate = api.useNavigate();
  const change = (value: string): void => {
    void navigate({ search: dropAbsent({ tab: TABS.find((one) => one === value) }), replace: true });
  };
  return (
    <>
      <HowToChange view={view} />
      <Tabs
        label={t('title')}
        value={tab}
        onChange={change}
        tabs={TABS.map((name) => ({
          value: name,
          label: t(`tab-${name}`),
          content: name === tab ? <TabContent view={view} tab={name} /> : null,
        }))}
      />
    </>
  );
}

function TabContent({ view, tab }: { view: SettingsView; tab: SettingsTab }) {
  const t = useTranslations('settings');
  const { provider, model, q = '' } = api.useSearch();
  const navigate = api.useNavigate();
  const seek = (sought: string): void => {
    if (sought !== q) void navigate({ search: dropAbsent({ tab, q: sought || undefined }), replace: true });
  };
  const open = (field: 'provider' | 'model') => (id: string | null) => {
    void navigate({ search: dropAbsent({ tab, q: q || undefined, [field]: id ?? undefined }) });
  };
  const fault = view.faults[tab];
  if (fault !== undefined) {
    return (
      <Notice tone="warn" title={t('part-failed')}>
        {fault}
      </Notice>
    );
  }
  switch (tab) {
    case 'providers':
      return <ProvidersTab view={view} openId={provider} onOpen={open('provider')} />;
    case 'models':
      return <ModelsTab view={view} sought={q} openId={model} onSeek={seek} onOpen={open('model')} />;
    case 'prices':
      return <PricesTab view={view} sought={q} onSeek={seek} />;
    case 'limits':
      return <LimitsTab view={view} />;
  }
}

function HowToChange({ view: { everything, engines } }: { view: SettingsView }) {
  const t = useTranslations('settings');
  if (!everything) return <Notice title={t('own-only')}>{t('own-only-lead')}</Notice>;
  const file = engines?.file ?? null;
  return (
    <Notice tone="neutral" title={t('how-to-change')}>
      {file === null ? (
        t('how-without-file')
      ) : (
        <>
          {t('how-with-file')} <span className="font-mono text-xs break-all">{file}</span>
        </>
      )}
    </Notice>
  );
}
