/**
 * Markdown as the page shows it. What a model writes is a stranger's text: HTML stands as text, links lead out only, over http, https or
 * mail, and pictures are links, since nothing is fetched from elsewhere.
 */
import type { ReactNode } from 'react';
import Renderer, { type Components } from 'react-markdown';
import gfm from 'remark-gfm';
import { Icon } from '#ui';
import { CodeView } from './code-view.tsx';

const SAFE = /^(https?:\/\/|mailto:)/i;
const PLUGINS = [gfm];
const HEADINGS = ['text-xl', 'text-lg', 'text-base', 'text-base', 'text-sm', 'text-sm'] as const;

export function Markdown({ text }: { text: string }) {
  return (
    <Renderer remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={keepSafe}>
      {text}
    </Renderer>
  );
}

function keepSafe(url: string): string {
  return SAFE.test(url) ? url : '';
}

const heading = (level: number) =>
  function Heading({ children }: { children?: ReactNode }) {
    // One level for all: a model's headings begin anywhere and skip levels.
    return <h3 className={`mt-3 mb-1 font-semibold first:mt-0 ${HEADINGS[level - 1] ?? ''}`}>{children}</h3>;
  };

const COMPONENTS: Components = {
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  p: ({ children }) => <p className="my-2 first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-2 list-disc ps-6">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="my-2 list-decimal ps-6">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="my-0.5">{children}</li>,
  blockquote: ({ children }) => (
    <blockquote className="my-2 border-s-2 border-line-strong ps-3 text-ink-muted">{children}</blockquote>
  ),
  hr: () => <hr className="my-4 border-line" />,
  a: ({ children, href }) => <OutwardLink href={href}>{children}</OutwardLink>,
  img: ({ alt, src }) => (
    <OutwardLink href={typeof src === 'string' ? src : undefined}>
      <Icon name="external" className="me-1 inline" />
      {alt === undefined || alt === '' ? src : alt}
    </OutwardLink>
  ),
  input: ({ checked }) => (
    <span role="img" aria-label={checked === true ? '✓' : '–'} className="me-1.5 inline-block align-[-2px]">
      <Icon name={checked === true ? 'check' : 'stop'} />
    </span>
  ),
  pre: ({ children }) => <>{children}</>,
  code: ({ children, className }) => <Code className={className}>{children}</Code>,
  table: ({ children }) => (
    <div tabIndex={0} role="group" className="my-2 max-w-full overflow-x-auto rounded-md border border-line">
      <table className="w-full border-collapse text-sm">{children}</table>
    </div>
  ),
  th: ({ children, style }) => <HeadCell style={style}>{children}</HeadCell>,
  td: ({ children, style }) => (
    <td dir="auto" style={style} className="min-w-16 border-t border-line px-2.5 py-1.5 align-top">
      {children}
    </td>
  ),
};

function OutwardLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (href === undefined || href === '') return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent underline">
      {children}
    </a>
  );
}

/** Code of a line; that of a block ends with a line break. */
function Code({ className, children }: { className: string | undefined; children: ReactNode }) {
  const text = typeof children === 'string' ? children : '';
  if (text.endsWith('\n')) {
    const language = /language-(\S+)/.exec(className ?? '')?.[1] ?? '';
    return <CodeView language={language} text={text.slice(0, -1)} closed />;
  }
  return <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-[0.9em]">{children}</code>;
}

function HeadCell({ children, style }: { children: ReactNode; style: React.CSSProperties | undefined }) {
  const look = 'min-w-16 bg-sunken px-2.5 py-1.5 text-start font-medium';
  // A header that says nothing is no header.
  if (children === undefined || children === null || children === '') return <td className={look}>{'\u00a0'}</td>;
  return (
    <th scope="col" dir="auto" style={style} className={look}>
      {children}
    </th>
  );
}
