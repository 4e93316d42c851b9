/** Which models a key may call: all, or those that are named. */
import { useId, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { CheckField, FieldGroup } from '#ui';
import { useModelNames } from './use-keys.ts';

interface ModelPickerProps {
  /** `null`: every model. */
  chosen: readonly string[] | null;
  onChange(chosen: readonly string[] | null): void;
  error: ReactNode;
}

export function ModelPicker({ chosen, onChange, error }: ModelPickerProps) {
  const t = useTranslations('keys');
  const known = useModelNames();
  const group = useId();
  const radio = (value: boolean, words: string) => (
    <label className="flex min-h-6 items-center gap-2">
      <input
        type="radio"
        name={group}
        className="size-4 accent-accent"
        checked={(chosen === null) === value}
        onChange={() => onChange(value ? null : [])}
      />
      {words}
    </label>
  );
  return (
    <FieldGroup legend={t('models')} error={error}>
      <div className="flex flex-wrap gap-x-6 gap-y-1">
        {radio(true, t('every-model-now'))}
        {radio(false, t('these-models'))}
      </div>
      {chosen === null ? null : (
        <div className="grid max-h-48 gap-1 overflow-auto rounded-md border border-line bg-sunken p-2 sm:grid-cols-2">
          {known.length === 0 ? <p className="text-sm text-ink-muted">{t('no-models')}</p> : null}
          {known.map((model) => (
            <CheckField
              key={model}
              label={<span className="font-mono text-xs">{model}</span>}
              checked={chosen.includes(model)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, model] : chosen.filter((one) => one !== model))
              }
            />
          ))}
        </div>
      )}
    </FieldGroup>
  );
}
