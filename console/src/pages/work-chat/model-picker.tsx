/** Who answers: models by the names under which they are asked, with what they take and what they cost. */
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Badge, Picker } from '#ui';
import { modelsQuery, type Model } from './models.ts';

const SHOWN = ['images', 'files', 'tools', 'reasoning'] as const;

interface ModelPickerProps {
  label: string;
  value: string | null;
  onPick(model: string): void;
  /** Not offered: it is asked already. */
  without?: string | null;
}

export function ModelPicker({ label, value, onPick, without = null }: ModelPickerProps) {
  const t = useTranslations('chat');
  const { data: models = [] } = useQuery(modelsQuery);
  const options = models
    .filter(({ id }) => id !== without)
    .map((model) => ({ value: model.id, content: <ModelLine model={model} /> }));
  return (
    <Picker
      label={label}
      options={options}
      value={value}
      onPick={onPick}
      placeholder={t('model-find')}
      nothing={t('model-nothing')}
    />
  );
}

const toNanos = (usd: number): number => Math.round(usd * 1e9);

function ModelLine({ model: { id, candidates } }: { model: Model }) {
  const t = useTranslations('chat');
  const { integer, money } = useFormats();
  const [first] = candidates;
  const input = first?.input;
  const output = first?.output;
  const priced = input !== undefined && output !== undefined;
  return (
    <span className="flex flex-col gap-0.5">
      <span className="font-medium">{id}</span>
      <span className="text-xs text-ink-muted">{candidates.map(({ name }) => name).join(' → ')}</span>
      <span className="flex flex-wrap items-center gap-1 text-xs text-ink-muted">
        {priced
          ? t('model-price', { input: money(toNanos(input)), output: money(toNanos(output)) })
          : t('model-unpriced')}
        {first?.context_tokens === undefined ? null : (
          <span>· {t('model-context', { tokens: integer(first.context_tokens) })}</span>
        )}
      </span>
      <span className="flex flex-wrap gap-1 empty:hidden">
        {SHOWN.filter((what) => first?.takes?.includes(what)).map((what) => (
          <Badge key={what}>{t(`takes-${what}`)}</Badge>
        ))}
      </span>
    </span>
  );
}
