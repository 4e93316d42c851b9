/** A block of code with its language, a button that copies it, and colours where the language is known. */
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { CopyButton } from '#ui';
import type { Piece } from './highlight.ts';

/** Longer code keeps one colour: it would take too long to colour while somebody reads. */
const COLOURED_MAX = 20_000;

const LATER_MS = 50;
const IDLE_MAX_MS = 2_000;

const LOOKS: Readonly<Record<string, string>> = {
  keyword: 'text-info',
  'selector-tag': 'text-info',
  name: 'text-info',
  string: 'text-ok',
  regexp: 'text-ok',
  addition: 'text-ok',
  number: 'text-warn',
  literal: 'text-warn',
  symbol: 'text-warn',
  title: 'text-accent',
  built_in: 'text-accent',
  type: 'text-accent',
  section: 'text-accent font-semibold',
  attr: 'text-danger',
  attribute: 'text-danger',
  variable: 'text-danger',
  deletion: 'text-danger',
  comment: 'text-ink-muted italic',
  quote: 'text-ink-muted italic',
  meta: 'text-ink-muted',
};

interface CodeViewProps {
  language: string;
  text: string;
  /** While it is written it has no colours: each line would change them. */
  closed: boolean;
}

export function CodeView({ language, text, closed }: CodeViewProps) {
  const t = useTranslations('chat');
  const pieces = useColours(language, text, closed);
  return (
    <div dir="ltr" className="my-2 min-w-0 overflow-hidden rounded-md border border-line bg-sunken">
      <div className="flex min-h-9 items-center justify-between border-b border-line ps-3 pe-0.5">
        <span className="truncate font-mono text-xs text-ink-muted">{language === '' ? t('code') : language}</span>
        <CopyButton compact text={text} label={t('copy-code')} />
      </div>
      <pre tabIndex={0} aria-label={t('code')} className="overflow-x-auto p-3 font-mono text-xs leading-5">
        <code>{pieces === null ? text : pieces.map(drawPiece)}</code>
      </pre>
    </div>
  );
}

function useColours(language: string, text: string, closed: boolean): readonly Piece[] | null {
  const [coloured, setColoured] = useState<{ text: string; pieces: readonly Piece[] } | null>(null);
  useEffect(() => {
    if (!closed || language === '' || text.length > COLOURED_MAX) return undefined;
    let cancel: (() => void) | null = () => undefined;
    void import('./highlight.ts').then(({ colourCode }) => {
      if (cancel === null) return;
      // One block at a time, and only while nothing else waits.
      cancel = whenIdle(() => {
        const pieces = colourCode(text, language);
        if (pieces !== null) setColoured({ text, pieces });
      });
    });
    return () => {
      cancel?.();
      cancel = null;
    };
  }, [closed, language, text]);
  return coloured?.text === text ? coloured.pieces : null;
}

/** Not every browser tells when it is idle: there it is a moment later. */
function whenIdle(work: () => void): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work, LATER_MS);
    return () => clearTimeout(timer);
  }
  const wait = window.requestIdleCallback(work, { timeout: IDLE_MAX_MS });
  return () => window.cancelIdleCallback(wait);
}

function drawPiece(piece: Piece, index: number): ReactNode {
  if (typeof piece === 'string') return piece;
  return (
    <span key={index} className={LOOKS[piece.kind] ?? ''}>
      {piece.inner.map(drawPiece)}
    </span>
  );
}
