/** The parts of an open receipt: outcome, decision, route, tokens, money. */
import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { Badge, Details, Notice, Section, type Detail } from '#ui';
import { useActors } from '../actors.ts';
import { useFormats } from '../formats.ts';
import { useOutcomes } from '../outcomes.ts';
import type { Receipt } from './receipt.ts';

interface PartProps {
  receipt: Receipt;
}

export function OutcomePart({ receipt }: PartProps) {
  const t = useTranslations('receipts');
  const { age, integer } = useFormats();
  const { key_id: key, tags, trace_id: trace } = receipt;
  const items: (Detail | null)[] = [
    receipt.error_code === null ? null : { name: t('error'), value: <Mono text={receipt.error_code} /> },
    { name: t('made'), value: age(receipt.created_at) },
    { name: t('key_id'), value: key === null ? t('operator') : <ActorName id={key} /> },
    { name: t('surface'), value: `${receipt.surface}, ${receipt.kind}` },
    { name: t('stream'), value: receipt.stream ? t('yes') : t('no') },
    receipt.finish_reason === null ? null : { name: t('finish'), value: <Mono text={receipt.finish_reason} /> },
    { name: t('bytes'), value: `${integer(receipt.bytes_in)}, ${integer(receipt.bytes_out)}` },
    Object.keys(tags).length === 0 ? null : { name: t('tags'), value: <Names names={toPairs(tags)} /> },
    receipt.pii_classes.length === 0 ? null : { name: t('pii'), value: <Names names={receipt.pii_classes} /> },
    receipt.confidence_score === null ? null : { name: t('confidence'), value: integer(receipt.confidence_score) },
    receipt.parent_receipt === null ? null : { name: t('parent'), value: <Mono text={receipt.parent_receipt} /> },
    { name: t('trace_id'), value: <TraceLink trace={trace} /> },
  ];
  return (
    <Section title={t('outcome')}>
      <p className="mb-2">{t(`outcome-${receipt.status}`)}</p>
      <Details items={items.filter((item) => item !== null)} />
    </Section>
  );
}

/** What a decision rests on, as the built-in rules name it; whatever else stands there stands as it is. */
const ATTRIBUTES = ['actor', 'kind', 'models', 'requested_model'] as const;
const VALUES: {
  [Name in (typeof ATTRIBUTES)[number]]?: readonly ('key' | 'member' | 'operator' | 'all' | 'listed')[];
} = {
  actor: ['key', 'member', 'operator'],
  models: ['all', 'listed'],
};

export function DecisionPart({ receipt: { policy } }: PartProps) {
  const t = useTranslations('receipts');
  const policies = policy.policies.join(', ');
  const allowed = policy.decision === 'allow';
  const toAttribute = ([name, value]: [string, string]): Detail => {
    const known = ATTRIBUTES.find((one) => one === name);
    const said = known === undefined ? undefined : VALUES[known]?.find((one) => one === value);
    return {
      name: known === undefined ? name : t(`attribute-${known}`),
      value: said === undefined ? <Mono text={value} /> : t(`value-${said}`),
    };
  };
  return (
    <Section title={t('decision-and-why')}>
      <p className="mb-2 flex flex-wrap items-center gap-2">
        <Badge tone={allowed ? 'ok' : 'warn'}>{t(`decision-${policy.decision}`)}</Badge>
        <span>{t(allowed ? 'decision-allowed-by' : 'decision-denied-by', { policies })}</span>
      </p>
      <Details
        items={[
          ...Object.entries(policy.attributes).map(toAttribute),
          { name: t('version'), value: <Mono text={policy.version} /> },
        ]}
      />
    </Section>
  );
}

export function RoutePart({ receipt }: PartProps) {
  const t = useTranslations('receipts');
  const { percent, milliseconds } = useFormats();
  const outcomeOf = useOutcomes();
  const { attempts, model, region, status } = receipt;
  const tries = attempts.map((attempt, index) => ({ ...attempt, place: index + 1 }));
  return (
    <Section title={t('route')}>
      <Details
        items={[
          { name: t('requested'), value: <Mono text={receipt.requested_model} /> },
          ...(model === null
            ? []
            : [
                {
                  name: t(status === 'failed' ? 'last-tried' : 'answered'),
                  value: <Mono text={`${model.provider}/${model.model_id}`} />,
                },
              ]),
          ...(region === null ? [] : [{ name: t('region'), value: region }]),
          { name: t('propensity'), value: percent(receipt.propensity_ppm / 1_000_000) },
        ]}
      />
      {attempts.length === 0 ? (
        <p className="mt-2 text-sm text-ink-muted">{t('no-attempts')}</p>
      ) : (
        <ol aria-label={t('attempts')} className="mt-2 flex flex-col rounded-md border border-line">
          {tries.map(({ place, ...attempt }) => (
            <li key={place} className="flex items-center gap-2 border-line px-2 py-1 not-first:border-t">
              <span className="text-xs text-ink-muted">{place}</span>
              <span className="min-w-0 flex-1">
                <Mono text={`${attempt.provider}/${attempt.model_id}`} />
              </span>
              <Badge tone={attempt.outcome === 'ok' ? 'ok' : 'danger'}>{outcomeOf(attempt.outcome)}</Badge>
              <span className="text-end text-sm">{milliseconds(attempt.latency_ms)}</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

const DETAILS = ['audio_input', 'audio_output', 'cache_write', 'cache_write_1h', 'reasoning', 'searches'] as const;

export function TokensPart({ receipt: { token_usage: usage } }: PartProps) {
  const t = useTranslations('receipts');
  const { integer } = useFormats();
  const nameOf = (detail: string): string => {
    const known = DETAILS.find((one) => one === detail);
    return known === undefined ? detail : t(`detail-${known}`);
  };
  return (
    <Section
      title={t('tokens')}
      action={usage.estimated ? <Badge tone="info">{t('tokens-estimated')}</Badge> : undefined}
    >
      {usage.estimated ? <p className="mb-1 text-sm text-ink-muted">{t('tokens-estimated-lead')}</p> : null}
      <Details
        items={[
          { name: t('tokens-prompt'), value: integer(usage.prompt) },
          ...(usage.cached === 0 ? [] : [{ name: t('tokens-cached'), value: integer(usage.cached) }]),
          { name: t('tokens-completion'), value: integer(usage.completion) },
          ...Object.entries(usage.details).map(([name, count]) => ({ name: nameOf(name), value: integer(count) })),
          { name: t('tokens-total'), value: <b className="font-semibold">{integer(usage.total)}</b> },
        ]}
      />
    </Section>
  );
}

export function MoneyPart({ receipt: { cost_nanos: nanos, price_version: list } }: PartProps) {
  const t = useTranslations('receipts');
  const { money, integer } = useFormats();
  if (nanos === null) {
    return (
      <Section title={t('money')}>
        <Notice tone="neutral">{t('price-unknown')}</Notice>
      </Section>
    );
  }
  return (
    <Section title={t('money')}>
      <p className="text-lg font-semibold">{money(nanos)}</p>
      <Details
        items={[
          { name: t('exact'), value: t('nanos', { count: integer(nanos) }) },
          ...(list === null ? [] : [{ name: t('price-list'), value: <Mono text={list} /> }]),
        ]}
      />
      {list === null ? null : <p className="mt-1 text-xs text-ink-muted">{t('price-lead')}</p>}
    </Section>
  );
}

/** A name, an id, a code: as it is, in whatever direction it is written. */
function Mono({ text }: { text: string }) {
  return <bdi className="font-mono text-xs">{text}</bdi>;
}

function ActorName({ id }: { id: string }) {
  const name = useActors().nameOf(id);
  return (
    <>
      {name === id ? null : <bdi className="block">{name}</bdi>}
      <Mono text={id} />
    </>
  );
}

function TraceLink({ trace }: { trace: string }) {
  const t = useTranslations('receipts');
  return (
    <>
      <Mono text={trace} />{' '}
      <Link
        to="/prove/receipts"
        search={{ trace_id: trace }}
        className="inline-flex min-h-6 items-center text-xs text-accent underline"
      >
        {t('only-trace')}
      </Link>
    </>
  );
}

function Names({ names }: { names: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {names.map((name) => (
        <Badge key={name}>
          <bdi>{name}</bdi>
        </Badge>
      ))}
    </span>
  );
}

function toPairs(tags: Receipt['tags']): string[] {
  return Object.entries(tags).map(([name, value]) => `${name}=${value}`);
}
