/** Where a value comes from, and so where it is changed. */
import { useTranslations } from 'use-intl';
import { Tooltip } from '#ui';
import type { Origin } from './settings-view.ts';

/** In a table: a few characters; the whole sentence stands in the tooltip. */
export function OriginTag({ origin }: { origin: Origin | null }) {
  const t = useTranslations('settings');
  const sentence = useOriginSentence(origin);
  if (origin === null) return '–';
  const { source, name, line } = origin;
  const tag = {
    file: line === null ? 'reeve.yaml' : `reeve.yaml:${line}`,
    variable: name ?? '',
    flag: t('origin-flag-tag'),
    catalogue: t('origin-catalogue-tag'),
    default: t('origin-default-tag'),
  }[source];
  return (
    <Tooltip text={sentence}>
      <button
        type="button"
        className={`block min-h-6 max-w-full truncate text-xs ${source === 'default' ? 'text-ink-muted' : 'font-mono'}`}
      >
        {tag}
      </button>
    </Tooltip>
  );
}

/** In full, below the value. */
export function OriginNote({ origin }: { origin: Origin | null }) {
  const sentence = useOriginSentence(origin);
  return origin === null ? null : <p className="text-xs text-ink-muted">{sentence}</p>;
}

function useOriginSentence(origin: Origin | null): string {
  const t = useTranslations('settings');
  if (origin === null) return '';
  const { source, line, variables } = origin;
  const name = origin.name ?? '';
  switch (source) {
    case 'file': {
      const place = line === null ? t('origin-file', { name }) : t('origin-file-line', { name, line: String(line) });
      return variables.length === 0 ? place : `${place} ${t('origin-with', { variables: variables.join(', ') })}`;
    }
    case 'variable':
      return t('origin-variable', { name });
    case 'flag':
      return t('origin-flag', { name });
    case 'catalogue':
      return t('origin-catalogue', { name });
    case 'default':
      return t('origin-default', { name });
  }
}
