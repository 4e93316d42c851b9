/** Steps one after the other in time: a table whose bars say at a glance what its figures say exactly. */
import { useTranslations } from 'use-intl';
import type { Tone } from './badge.tsx';

export interface WaterfallStep {
  id: string;
  label: string;
  /** Below the label: how it ended. */
  note?: string;
  startMs: number;
  tookMs: number;
  tone?: Extract<Tone, 'neutral' | 'info' | 'danger'>;
}

interface WaterfallProps {
  label: string;
  steps: readonly WaterfallStep[];
  totalMs: number;
  format(milliseconds: number): string;
}

const BARS = { neutral: 'bg-line-strong', info: 'bg-accent', danger: 'bg-danger' } as const;
/** So that a step of no length can be seen. */
const NARROWEST = 0.5;

export function Waterfall({ label, steps, totalMs, format }: WaterfallProps) {
  const t = useTranslations('ui');
  const share = (ms: number): number => (totalMs <= 0 ? 0 : Math.min(100, (ms / totalMs) * 100));
  return (
    <table aria-label={label} className="w-full table-fixed text-sm">
      <thead>
        <tr className="text-xs text-ink-muted">
          <th scope="col" className="w-2/5 py-1 text-start font-medium">
            {t('step')}
          </th>
          <td>{'\u00a0'}</td>
          <th scope="col" className="w-16 py-1 text-end font-medium">
            {t('step-start')}
          </th>
          <th scope="col" className="w-20 py-1 text-end font-medium">
            {t('step-took')}
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ id, label: words, note, startMs, tookMs, tone = 'info' }) => (
          <tr key={id} className="border-t border-line">
            <th scope="row" className="py-1 pe-2 text-start font-normal">
              <bdi>{words}</bdi>
              {note === undefined ? null : <span className="block text-xs text-ink-muted">{note}</span>}
            </th>
            <td aria-hidden="true">
              <div className="relative h-3 overflow-hidden rounded-sm bg-sunken">
                <div
                  className={`absolute inset-y-0 rounded-sm ${BARS[tone]}`}
                  style={{
                    left: `${Math.min(share(startMs), 100 - NARROWEST)}%`,
                    width: `${Math.max(share(tookMs), NARROWEST)}%`,
                  }}
                />
              </div>
            </td>
            <td className="py-1 text-end text-ink-muted">{format(startMs)}</td>
            <td className="py-1 text-end">{format(tookMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
