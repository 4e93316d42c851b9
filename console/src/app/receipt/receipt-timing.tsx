/** Where the time of a call went. */
import { useTranslations } from 'use-intl';
import { Details, Section, Waterfall, type WaterfallStep } from '#ui';
import { useFormats } from '../formats.ts';
import { useOutcomes } from '../outcomes.ts';
import type { Receipt } from './receipt.ts';
import { toSteps, type Step } from './timing.ts';

export function TimingPart({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipts');
  const { milliseconds } = useFormats();
  const outcomeOf = useOutcomes();
  const { attempts, first_byte_ms: firstByteMs, latency_ms: totalMs } = receipt;
  const describe = ({ kind, attempt, startMs, tookMs }: Step): WaterfallStep => {
    const span = { startMs, tookMs };
    const tried = attempts[attempt];
    if (kind !== 'attempt' || tried === undefined) {
      return {
        id: kind,
        label: t(`timing-${kind === 'attempt' ? 'rest' : kind}`),
        tone: kind === 'answer' ? 'info' : 'neutral',
        ...span,
      };
    }
    const tone = tried.outcome === 'ok' ? 'info' : 'danger';
    return {
      id: `${attempt}`,
      label: `${tried.provider}/${tried.model_id}`,
      note: outcomeOf(tried.outcome),
      tone,
      ...span,
    };
  };
  return (
    <Section title={t('timing')}>
      <Waterfall label={t('timing')} steps={toSteps(receipt).map(describe)} totalMs={totalMs} format={milliseconds} />
      <div className="mt-2">
        <Details
          items={[
            { name: t('timing-total'), value: milliseconds(totalMs) },
            ...(firstByteMs === null ? [] : [{ name: t('timing-first-byte'), value: milliseconds(firstByteMs) }]),
            { name: t('timing-overhead'), value: milliseconds(receipt.overhead_us / 1_000) },
          ]}
        />
      </div>
    </Section>
  );
}
