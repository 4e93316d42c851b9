/** Makes a key: what it may do, which models it calls, when it ends. Its secret is shown once, afterwards. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { call, type Body, type Reply } from '#api';
import { faultAt, ProblemNote, useFormats } from '#app';
import { Button, Dialog, SelectField, TextField } from '#ui';
import { EXPIRIES, toInstant, type Expiry } from './expiry.ts';
import { KeySecret } from './key-secret.tsx';
import { ModelPicker } from './model-picker.tsx';
import { ScopePicker } from './scope-picker.tsx';

type Made = Reply<'POST /api/v1/keys'>;

interface CreateKeyProps {
  open: boolean;
  onClose(): void;
  /** Called once the secret was put away. */
  onMade(id: string): void;
}

export function CreateKey({ open, onClose, onMade }: CreateKeyProps) {
  const t = useTranslations('keys');
  const ui = useTranslations('ui');
  const formId = useId();
  const client = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const make = useMutation({
    mutationFn: (body: Body<'POST /api/v1/keys'>) => call('POST /api/v1/keys', { body }),
    async onSuccess(key) {
      setMade(key);
      close();
      await client.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  const close = (): void => {
    make.reset();
    onClose();
  };
  const putAway = (): void => {
    if (made !== null) onMade(made.id);
    setMade(null);
  };
  const foot = (
    <>
      <Button onClick={close}>{ui('cancel')}</Button>
      <Button type="submit" form={formId} look="primary" busy={make.isPending}>
        {t('create')}
      </Button>
    </>
  );
  return (
    <>
      <Dialog open={open} onClose={close} title={t('create')} lead={t('create-lead')} foot={foot} wide>
        <KeyForm id={formId} error={make.error} onWish={make.mutate} />
      </Dialog>
      {made === null ? null : <KeySecret made={made} onDone={putAway} />}
    </>
  );
}

interface KeyFormProps {
  id: string;
  /** What the server said of the last wish. */
  error: Error | null;
  onWish(wish: Body<'POST /api/v1/keys'>): void;
}

function KeyForm({ id, error, onWish }: KeyFormProps) {
  const t = useTranslations('keys');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(() => new Set(['models:invoke']));
  const [models, setModels] = useState<readonly string[] | null>(null);
  const [tried, setTried] = useState(false);
  const lacking = { scopes: scopes.size === 0, models: models?.length === 0 };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setTried(true);
    if (lacking.scopes || lacking.models) return;
    const form = new FormData(event.currentTarget);
    onWish({
      name: String(form.get('name')),
      scopes: [...scopes],
      models: models === null ? null : [...models],
      expires_at: toInstant(String(form.get('expiry')), String(form.get('day') ?? '')),
    });
  };
  const told = faultAt(error, 'name', 'scopes', 'models', 'expires_at') !== null;
  return (
    <form id={id} className="flex flex-col gap-4" onSubmit={submit}>
      <TextField
        name="name"
        label={t('name')}
        hint={t('name-hint')}
        error={faultAt(error, 'name')}
        required
        maxLength={200}
        dir="auto"
        autoComplete="off"
      />
      <ScopePicker
        chosen={scopes}
        onChange={setScopes}
        error={tried && lacking.scopes ? t('scopes-missing') : faultAt(error, 'scopes')}
      />
      <ModelPicker
        chosen={models}
        onChange={setModels}
        error={tried && lacking.models ? t('models-missing') : faultAt(error, 'models')}
      />
      <ExpiryFields error={faultAt(error, 'expires_at')} />
      {error === null || told ? null : <ProblemNote error={error} />}
    </form>
  );
}

function ExpiryFields({ error }: { error: ReactNode }) {
  const t = useTranslations('keys');
  const formats = useFormats();
  const [expiry, setExpiry] = useState<Expiry>('90');
  const instant = toInstant(expiry, '');
  const ends = expiry === 'never' ? t('expiry-never-hint') : undefined;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        name="expiry"
        label={t('expires')}
        value={expiry}
        onChange={(event) => setExpiry(EXPIRIES.find((one) => one === event.target.value) ?? 'never')}
        hint={instant === null ? ends : t('expiry-hint', { day: formats.day(instant) })}
        error={expiry === 'day' ? null : error}
        choices={EXPIRIES.map((value) => ({ value, label: t(`expiry-${value}`) }))}
      />
      {expiry === 'day' ? <TextField name="day" type="date" label={t('last-day')} required error={error} /> : null}
    </div>
  );
}
