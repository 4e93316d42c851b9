/** The figures of the moment, one tile each. */
import { useTranslations } from 'use-intl';
import { useFormats } from '#app';
import { Tile } from '#ui';
import type { LiveReport } from './use-live.ts';

type Traffic = NonNullable<LiveReport['traffic']>;

/** Rates are of the last minute: of five, a burst that is over would still show. */
const RATE_STEPS = 12;

export function Figures({ traffic, capacity }: Pick<LiveReport, 'traffic' | 'capacity'>) {
  const t = useTranslations('live');
  const formats = useFormats();
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(8rem,1fr))] gap-2">
      {traffic === null ? null : <TrafficTiles traffic={traffic} />}
      {capacity === null ? null : (
        <>
          <Tile
            label={t('in-flight')}
            value={formats.integer(capacity.in_flight)}
            note={t('in-flight-note', {
              max: formats.integer(capacity.in_flight_max),
              queued: formats.integer(capacity.queued),
            })}
          />
          <Tile label={t('streams')} value={formats.integer(capacity.active_streams)} note={t('now')} />
        </>
      )}
    </div>
  );
}

function TrafficTiles({ traffic }: { traffic: Traffic }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { recent, steps } = traffic;
  const seconds = (RATE_STEPS * traffic.step_ms) / 1_000;
  const tokens = sumLast(steps.input_tokens) + sumLast(steps.output_tokens);
  const ms = (value: number | null): string => (value === null ? '–' : formats.milliseconds(value));
  const share = recent.requests === 0 ? '–' : formats.percent(recent.errors / recent.requests);
  return (
    <>
      <Tile
        label={t('requests-per-second')}
        value={formats.decimal(sumLast(steps.requests) / seconds)}
        note={t('last-minute')}
      />
      <Tile label={t('tokens-per-second')} value={formats.decimal(tokens / seconds)} note={t('last-minute')} />
      <Tile
        label={t('error-share')}
        value={share}
        note={t('errors-of', { errors: formats.integer(recent.errors), requests: formats.integer(recent.requests) })}
      />
      <Tile
        label={t('latency-p95')}
        value={ms(recent.p95_ms)}
        note={t('latency-others', { p50: ms(recent.p50_ms), p99: ms(recent.p99_ms) })}
      />
    </>
  );
}

/** Of the whole steps: the newest still runs. */
function sumLast(values: readonly number[]): number {
  return values.slice(-1 - RATE_STEPS, -1).reduce((sum, value) => sum + value, 0);
}
