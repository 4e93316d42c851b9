/** The text of an answer, piece by piece: while it grows only the last piece is laid out again. */
import { Component, lazy, memo, Suspense, useDeferredValue, useMemo, type ReactNode } from 'react';
import { CodeView } from './code-view.tsx';
import { splitBlocks, type Block } from './markdown-blocks.ts';

const loadMarkdown = () => import('./markdown.tsx').then((module) => ({ default: module.Markdown }));
const Markdown = lazy(loadMarkdown);
const NONE: readonly Block[] = [];

/** A long text that is opened is laid out in slices, so that the page answers meanwhile. */
export const AnswerText = memo(function AnswerText({ text }: { text: string }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  const shown = useDeferredValue(blocks, NONE);
  return (
    <div className="flex min-w-0 flex-col">
      {shown.map((block, index) => (
        // Pieces are only ever added, so a place names one.
        // oxlint-disable-next-line react/no-array-index-key
        <BlockView key={index} {...flatten(block)} />
      ))}
    </div>
  );
});

/** Called while somebody writes, so that the first answer finds it there: it is no part of the first load. */
export function preloadMarkdown(): void {
  void loadMarkdown();
}

interface FlatBlock {
  kind: Block['kind'];
  text: string;
  language: string;
  closed: boolean;
}

function flatten(block: Block): FlatBlock {
  return { language: '', closed: true, ...block };
}

const BlockView = memo(function BlockView({ kind, text, language, closed }: FlatBlock) {
  if (kind === 'code') return <CodeView language={language} text={text} closed={closed} />;
  const plain = <PlainText text={text} />;
  if (kind === 'plain') return plain;
  return (
    <div dir="auto" className="min-w-0 py-1">
      <Guard fallback={plain}>
        <Suspense fallback={plain}>
          <Markdown text={text} />
        </Suspense>
      </Guard>
    </div>
  );
});

export function PlainText({ text }: { text: string }) {
  return (
    <p dir="auto" className="py-1 whitespace-pre-wrap">
      {text}
    </p>
  );
}

/** What cannot be laid out is shown as it is: one bad piece does not take the conversation with it. */
class Guard extends Component<{ fallback: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
