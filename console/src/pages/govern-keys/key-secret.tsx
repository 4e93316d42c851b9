/** The secret of a fresh key. It can be read here and never again, so the dialog stays until the reader says it is stored. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Reply } from '#api';
import { Button, CheckField, CodeBlock, CopyButton, Dialog, Notice, Section } from '#ui';
import { writeExample } from './example-call.ts';
import { useModelNames } from './use-keys.ts';

export function KeySecret({ made, onDone }: { made: Reply<'POST /api/v1/keys'>; onDone(): void }) {
  const t = useTranslations('keys');
  const models = useModelNames();
  const [stored, setStored] = useState(false);
  const foot = (
    <>
      <CopyButton text={made.key} label={t('secret-copy')} />
      <Button look="primary" disabled={!stored} onClick={onDone}>
        {t('secret-done')}
      </Button>
    </>
  );
  return (
    <Dialog open held wide onClose={() => undefined} title={t('secret-title', { name: made.name })} foot={foot}>
      <div className="flex flex-col gap-4">
        <Notice tone="warn" title={t('secret-once')}>
          {t('secret-once-lead')}
        </Notice>
        <CodeBlock label={t('secret')} text={made.key} />
        <Section title={t('use-it')}>
          <p className="mb-1.5 text-sm text-ink-muted">{t('use-it-lead')}</p>
          <CodeBlock label={t('use-it')} text={writeExample(made, models)} />
        </Section>
        <CheckField label={t('secret-stored')} checked={stored} onChange={(event) => setStored(event.target.checked)} />
      </div>
    </Dialog>
  );
}
