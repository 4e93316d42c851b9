/** What bounds every call, which engines work behind it, and how this process was started. */
import { useTranslations } from 'use-intl';
import { useFormats, type Formats } from '#app';
import { Badge, Panel } from '#ui';
import type { SettingsView } from './settings-view.ts';
import { ValueList } from './value-list.tsx';

const NAMED = [
  'durability',
  'limits.body_mb',
  'limits.request_seconds',
  'limits.in_flight',
  'limits.queued',
  'egress.offline',
  'egress.allow',
  'webhooks.allow',
] as const;
const VARIABLES = [
  'REEVE_HOST',
  'REEVE_PORT',
  'REEVE_DATA_DIR',
  'REEVE_ROLES',
  'REEVE_WORKERS',
  'REEVE_LOG_LEVEL',
  'REEVE_LOG_FILE',
  'REEVE_TLS_CERT',
  'REEVE_TRUSTED_PROXIES',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const;

export function LimitsTab({ view }: { view: SettingsView }) {
  return (
    <div className="grid items-start gap-3 pb-4 xl:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-3">
        <LimitsPanel limits={view.limits ?? []} />
      </div>
      {view.engines === null ? null : <EnginePanels engines={view.engines} />}
    </div>
  );
}

function LimitsPanel({ limits }: { limits: NonNullable<SettingsView['limits']> }) {
  const t = useTranslations('settings');
  const formats = useFormats();
  return (
    <Panel title={t('limits')}>
      <ValueList
        rows={limits.map(({ name, value, origin }) => {
          const known = NAMED.find((one) => one === name);
          const label = known === undefined ? name : t(`limit-${LABELS[known]}`);
          return {
            id: name,
            label,
            code: name,
            value: <LimitValue name={name} value={value} formats={formats} />,
            origin,
          };
        })}
      />
    </Panel>
  );
}

/** Names of strings have no dots: those part levels. */
const LABELS = {
  durability: 'durability',
  'limits.body_mb': 'body',
  'limits.request_seconds': 'request',
  'limits.in_flight': 'in-flight',
  'limits.queued': 'queued',
  'egress.offline': 'offline',
  'egress.allow': 'egress',
  'webhooks.allow': 'webhooks',
} as const satisfies Record<(typeof NAMED)[number], string>;

function LimitValue({ name, value, formats }: { name: string; value: string | null; formats: Formats }) {
  const t = useTranslations('settings');
  if (value === null || value === '') return t('nothing');
  if (name === 'limits.body_mb') return `${formats.decimal(Number(value))} MiB`;
  if (name === 'limits.request_seconds') return formats.duration(Number(value) * 1_000);
  if (/^\d+$/.test(value)) return formats.integer(Number(value));
  if (value === 'true' || value === 'false') return t(value === 'true' ? 'yes' : 'no');
  return <span className="font-mono text-xs whitespace-pre-line break-all">{value}</span>;
}

function EnginePanels({ engines: { file, data_dir: dataDir, engines, process } }: { engines: Engines }) {
  const t = useTranslations('settings');
  const mono = (value: string) => <span className="font-mono text-xs break-all">{value}</span>;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Panel title={t('engines')}>
        <ValueList
          rows={engines.map(({ name, engine, address, origin }) => ({
            id: name,
            label: t(`engine-${name}`),
            value: (
              <span className="flex flex-wrap items-center gap-2">
                <Badge tone="info" icon={null}>
                  {engine}
                </Badge>
                {address === null ? null : mono(address)}
              </span>
            ),
            origin,
          }))}
        />
      </Panel>
      <Panel title={t('process')}>
        <ValueList
          rows={[
            ...(file === null ? [] : [{ id: 'file', label: 'reeve.yaml', value: mono(file), origin: null }]),
            ...process.map(({ name, value, origin }) => {
              const known = VARIABLES.find((one) => one === name);
              const label = known === undefined ? name : t(`variable-${known}`);
              const shown = name === 'REEVE_DATA_DIR' ? dataDir : value;
              return { id: name, label, code: name, value: shown === null ? t('nothing') : mono(shown), origin };
            }),
          ]}
        />
      </Panel>
    </div>
  );
}

type Engines = NonNullable<SettingsView['engines']>;
