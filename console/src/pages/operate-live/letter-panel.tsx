/** One dead letter in full, and what can be done about it. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { call, type Reply } from '#api';
import { ProblemNote, useFormats } from '#app';
import { Badge, Button, CodeBlock, ConfirmDialog, CopyButton, Details, PeekPanel, showToast, TextField } from '#ui';

export type Letter = Reply<'GET /api/v1/dead-letters'>['data'][number];

type Deed = 'replay' | 'discard';

interface LetterPanelProps {
  letter: Letter;
  letters: readonly Letter[];
  onShow(id: string | null): void;
}

export function LetterPanel({ letter, letters, onShow }: LetterPanelProps) {
  const t = useTranslations('live');
  const [deed, setDeed] = useState<Deed | null>(null);
  const at = letters.findIndex(({ id }) => id === letter.id);
  const showAt = (index: number) => {
    const id = letters[index]?.id;
    return id === undefined ? undefined : () => onShow(id);
  };
  const { actions } = letter.links;
  return (
    <PeekPanel
      title={letter.name}
      lead={<Badge tone={letter.state === 'open' ? 'warn' : 'neutral'}>{t(`state-${letter.state}`)}</Badge>}
      onClose={() => onShow(null)}
      onPrevious={showAt(at - 1)}
      onNext={showAt(at + 1)}
    >
      <div className="mb-3 flex flex-wrap gap-2">
        {'replay' in actions ? (
          <Button look="primary" icon="refresh" onClick={() => setDeed('replay')}>
            {t('replay')}
          </Button>
        ) : null}
        {'discard' in actions ? (
          <Button icon="trash" onClick={() => setDeed('discard')}>
            {t('discard')}
          </Button>
        ) : null}
      </div>
      <LetterDetails letter={letter} />
      {deed === null ? null : (
        <SettleDialog key={`${deed} ${letter.id}`} letter={letter} deed={deed} onClose={() => setDeed(null)} />
      )}
    </PeekPanel>
  );
}

function LetterDetails({ letter }: { letter: Letter }) {
  const t = useTranslations('live');
  const formats = useFormats();
  const { id, source, subject, reason, attempts, tenant_id: tenant, created_at: at, detail, note } = letter;
  const { settled_at: settledAt, settled_by: settledBy } = letter;
  const facts = [
    { name: t('reason'), value: <span dir="auto">{reason}</span> },
    { name: t('source'), value: t(`source-${source}`) },
    { name: t('subject'), value: subject },
    { name: t('tries'), value: attempts === null ? null : formats.integer(attempts) },
    { name: t('given-up'), value: `${formats.time(at)} (${formats.age(at)})` },
    { name: t('tenant'), value: tenant },
    { name: t('settled'), value: settledAt === null ? null : formats.time(settledAt) },
    { name: t('settled-by'), value: settledBy },
    { name: t('note'), value: note === null ? null : <span dir="auto">{note}</span> },
  ];
  return (
    <>
      <Details items={facts.filter(({ value }) => value !== null)} />
      <p className="mt-2 flex items-center gap-1 font-mono text-xs text-ink-muted">
        {id} <CopyButton compact text={id} label={t('copy-id')} />
      </p>
      {detail === null || detail === undefined ? null : (
        <div className="mt-2">
          <CodeBlock label={t('detail')} text={JSON.stringify(detail, null, 2)} />
        </div>
      )}
    </>
  );
}

function SettleDialog({ letter, deed, onClose }: { letter: Letter; deed: Deed; onClose(): void }) {
  const t = useTranslations('live');
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>(null);
  const settle = async (): Promise<void> => {
    setError(null);
    try {
      await settleLetter(letter.id, deed, reason.trim());
      showToast(t(deed === 'replay' ? 'replayed' : 'discarded'));
    } catch (fault) {
      setError(fault);
      throw fault;
    } finally {
      void client.invalidateQueries({ queryKey: ['live'] });
    }
  };
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      look={deed === 'replay' ? 'primary' : 'danger'}
      title={t(deed === 'replay' ? 'replay-title' : 'discard-title')}
      lead={t(deed === 'replay' ? 'replay-lead' : 'discard-lead')}
      action={t(deed)}
      onConfirm={settle}
    >
      <div className="flex flex-col gap-3">
        <TextField
          label={t('why')}
          hint={t('why-hint')}
          maxLength={500}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {error === null ? null : <ProblemNote error={error} />}
      </div>
    </ConfirmDialog>
  );
}

async function settleLetter(id: string, deed: Deed, reason: string): Promise<void> {
  const why = reason === '' ? {} : { reason };
  if (deed === 'replay') await call('POST /api/v1/dead-letters/{id}/replay', { params: { id }, body: why });
  else await call('DELETE /api/v1/dead-letters/{id}', { params: { id }, query: why });
}
