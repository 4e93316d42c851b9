/** Texts to take along: a secret, a command, an id. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button, IconButton } from './button.tsx';

const SAID_MS = 2_000;

function useCopy(text: string): { done: boolean; copy(): void } {
  const [done, setDone] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => {
      setDone(true);
      window.setTimeout(() => setDone(false), SAID_MS);
    });
  };
  return { done, copy };
}

/** `label` says what is copied where the words beside the button do not. */
export function CopyButton({ text, label, compact = false }: { text: string; label?: string; compact?: boolean }) {
  const t = useTranslations('ui');
  const { done, copy } = useCopy(text);
  const words = done ? t('copied') : (label ?? t('copy'));
  if (compact) return <IconButton icon={done ? 'check' : 'copy'} label={words} onClick={copy} />;
  return (
    <Button icon={done ? 'check' : 'copy'} onClick={copy}>
      {words}
    </Button>
  );
}

/** A command or a document, as it is, with a button that copies it. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative min-w-0 rounded-md border border-line bg-sunken text-start">
      <pre tabIndex={0} aria-label={label} className="overflow-auto p-3 pe-12 font-mono text-xs whitespace-pre-wrap">
        {text}
      </pre>
      <div className="absolute end-1 top-1">
        <CopyButton compact text={text} />
      </div>
    </div>
  );
}
