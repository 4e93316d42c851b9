/** A one-time link, shown once. Its address is the one under which this page was opened: what works here works there. */
import { useTranslations } from 'use-intl';
import type { Reply } from '#api';
import { useFormats } from '#app';
import { Button, CodeBlock, CopyButton, Dialog, Notice } from '#ui';

interface LinkDialogProps {
  name: string;
  link: Reply<'POST /api/v1/members/{id}/sign-in-link'>;
  onClose(): void;
}

export function LinkDialog({ name, link, onClose }: LinkDialogProps) {
  const t = useTranslations('members');
  const formats = useFormats();
  const url = window.location.origin + link.path;
  const foot = (
    <>
      <CopyButton text={url} label={t('link-copy')} />
      <Button look="primary" onClick={onClose}>
        {t('link-done')}
      </Button>
    </>
  );
  return (
    <Dialog open held wide onClose={() => undefined} title={t('link-title', { name })} foot={foot}>
      <div className="flex flex-col gap-4">
        <p>{t('link-lead')}</p>
        <CodeBlock label={t('link')} text={url} />
        <Notice tone="warn" title={t('link-until', { time: formats.time(link.expires_at) })}>
          {t('link-until-lead')}
        </Notice>
      </div>
    </Dialog>
  );
}
