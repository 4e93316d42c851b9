/** One line below an answer: cost, tokens, way and time. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslations } from 'use-intl';
import { holds, useFormats, useMe } from '#app';
import { Badge } from '#ui';
import type { Entry } from './conversation.ts';
import { newReceiptQuery, toFacts, type Facts } from './facts.ts';
import { factsOfEntry } from './live-answers.ts';

export function AnswerFacts({ entry }: { entry: Entry }) {
  const line = useRef<HTMLSpanElement>(null);
  const seen = useSeen(line);
  const me = useMe();
  const told = factsOfEntry(entry.id);
  const id = entry.receipt_id;
  const mayRead = id !== null && holds(me, 'receipts:read');
  const { data: receipt, isError } = useQuery({ ...newReceiptQuery(id ?? ''), enabled: seen && mayRead });
  // What was measured here never stands where the receipt's will: a figure that was read does not change.
  const untimed = told === null || !mayRead || isError ? told : { ...told, firstMs: null, totalMs: null };
  const facts = receipt === undefined ? untimed : toFacts(receipt);
  return (
    <span
      ref={line}
      className="ms-2 flex min-h-8 min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-muted"
    >
      {facts === null ? null : <FactList facts={facts} />}
    </span>
  );
}

function FactList({ facts }: { facts: Facts }) {
  const t = useTranslations('chat');
  const { money, integer, milliseconds } = useFormats();
  const { costNanos, input, output, totalMs, firstMs, route, failed, estimated } = facts;
  return (
    <>
      {costNanos === undefined ? null : (
        <span className="font-medium text-ink">{costNanos === null ? t('no-price') : money(costNanos)}</span>
      )}
      {input === null || output === null ? null : (
        <span title={estimated ? t('estimated') : undefined}>
          {t(estimated ? 'tokens-estimated' : 'tokens', { input: integer(input), output: integer(output) })}
        </span>
      )}
      {route === null ? null : <span className="font-mono">{route}</span>}
      {failed.length === 0 ? null : <Badge tone="warn">{t('fallback', { names: failed.join(', ') })}</Badge>}
      {totalMs === null ? null : (
        <span>
          {firstMs === null
            ? milliseconds(Math.round(totalMs))
            : t('times', { total: milliseconds(Math.round(totalMs)), first: milliseconds(Math.round(firstMs)) })}
        </span>
      )}
    </>
  );
}

/** True once it came into sight: what nobody scrolls to is not asked for. */
function useSeen(target: React.RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = target.current;
    if (seen || element === null) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [seen, target]);
  return seen;
}
