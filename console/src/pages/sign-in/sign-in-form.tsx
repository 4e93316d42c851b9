/** Login name and password; also inside the dialog that asks again when a session ended. */
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { ProblemNote, useSession } from '#app';
import { Button, TextField } from '#ui';

export function SignInForm({ email, onDone }: { email?: string | undefined; onDone(): void }) {
  const t = useTranslations('sign-in');
  const { signIn } = useSession();
  const attempt = useMutation({ mutationFn: signIn, onSuccess: onDone });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        attempt.mutate({ email: String(form.get('email')), password: String(form.get('password')) });
      }}
    >
      <TextField name="email" label={t('email')} autoComplete="username" required defaultValue={email} />
      <TextField name="password" type="password" label={t('password')} autoComplete="current-password" required />
      {attempt.error === null ? null : <ProblemNote error={attempt.error} />}
      <Button type="submit" look="primary" busy={attempt.isPending}>
        {t('sign-in')}
      </Button>
    </form>
  );
}
