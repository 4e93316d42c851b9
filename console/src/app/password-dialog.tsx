/** A member sets or changes their own password. Sessions elsewhere end with it. */
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { Button, Dialog, showToast, TextField } from '#ui';
import { faultAt, ProblemNote } from './problem-note.tsx';
import { useMe, useSession } from './session.ts';

/** The server asks for as many; it also refuses what is guessed first. */
const CHARACTERS_MIN = 12;

export function PasswordDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useTranslations('shell');
  const { member } = useMe();
  const title = t(member?.has_password === false ? 'password-set' : 'password-change');
  return (
    <Dialog open={open} onClose={onClose} title={title} lead={t('password-lead')}>
      <PasswordForm email={member?.email ?? ''} hasPassword={member?.has_password !== false} onDone={onClose} />
    </Dialog>
  );
}

interface FormProps {
  email: string;
  hasPassword: boolean;
  onDone(): void;
}

function PasswordForm({ email, hasPassword, onDone }: FormProps) {
  const t = useTranslations('shell');
  const { refresh } = useSession();
  const [differs, setDiffers] = useState(false);
  const change = useMutation({
    mutationFn: (body: { password: string; current_password?: string }) => call('PUT /api/v1/me/password', { body }),
    async onSuccess() {
      await refresh();
      showToast(t('password-done'));
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [current, password, again] = ['current', 'password', 'again'].map((name) => String(form.get(name) ?? ''));
    setDiffers(password !== again);
    if (password === undefined || password !== again) return;
    change.mutate({ password, ...(current === undefined || current === '' ? {} : { current_password: current }) });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <input hidden name="username" autoComplete="username" value={email} readOnly />
      <PasswordFields error={change.error} {...{ hasPassword, differs }} />
      <Button type="submit" look="primary" busy={change.isPending} className="self-end">
        {t('save')}
      </Button>
    </form>
  );
}

interface FieldsProps {
  hasPassword: boolean;
  differs: boolean;
  error: Error | null;
}

function PasswordFields({ hasPassword, differs, error }: FieldsProps) {
  const t = useTranslations('shell');
  const isElsewhere = error !== null && faultAt(error, 'password', 'current_password') === null;
  return (
    <>
      {hasPassword ? (
        <TextField
          name="current"
          type="password"
          label={t('password-current')}
          hint={t('password-current-hint')}
          error={faultAt(error, 'current_password')}
          autoComplete="current-password"
        />
      ) : null}
      <TextField
        name="password"
        type="password"
        label={t('password-new')}
        hint={t('password-hint', { count: CHARACTERS_MIN })}
        error={faultAt(error, 'password')}
        autoComplete="new-password"
        minLength={CHARACTERS_MIN}
        required
      />
      <TextField
        name="again"
        type="password"
        label={t('password-again')}
        error={differs ? t('password-differs') : null}
        autoComplete="new-password"
        required
      />
      {isElsewhere ? <ProblemNote error={error} /> : null}
    </>
  );
}
