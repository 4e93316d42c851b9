/** Sign-in by password or by a one-time link. Opening a link does not use it up: the button below it does. */
import { useMutation } from '@tanstack/react-query';
import { createLazyRoute, getRouteApi, useRouter } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { ApiProblem } from '#api';
import { findLanguage, language, LANGUAGES, ProblemNote, useSession, useSignal } from '#app';
import { Button, CodeBlock, SelectField } from '#ui';
import { SignInForm } from './sign-in-form.tsx';

export const route = createLazyRoute('/sign-in')({ component: SignInPage });

const here = getRouteApi('/sign-in');

function SignInPage() {
  const t = useTranslations('sign-in');
  const { token, next = '/' } = here.useSearch();
  const router = useRouter();
  const enter = (): void => router.history.replace(next);
  return (
    <main className="grid min-h-full place-items-center p-4">
      <title>{`${t('title')} · Reeve`}</title>
      <div className="flex w-full max-w-sm flex-col gap-4 rounded-lg border border-line bg-surface p-6">
        <header className="flex items-center gap-3">
          <img src="/mark.svg" alt="" className="size-8" />
          <h1 className="text-xl font-semibold">{t('title')}</h1>
        </header>
        {token === undefined ? <SignInForm onDone={enter} /> : <LinkSignIn token={token} onDone={enter} />}
        <details className="text-sm text-ink-muted">
          <summary className="min-h-6 cursor-pointer">{t('no-way-in')}</summary>
          <p className="my-2">{t('link-help')}</p>
          <CodeBlock label={t('link-help')} text="npm run -s reeve -- login" />
        </details>
        <LanguageChoice />
      </div>
    </main>
  );
}

/** Before anybody is known the browser's wish decides, and may be wrong. */
function LanguageChoice() {
  const t = useTranslations('sign-in');
  return (
    <SelectField
      label={t('language')}
      value={useSignal(language)}
      onChange={({ target }) => language.set(findLanguage(target.value) ?? 'en')}
      choices={LANGUAGES.map(({ tag, name }) => ({ value: tag, label: name }))}
    />
  );
}

function LinkSignIn({ token, onDone }: { token: string; onDone(): void }) {
  const t = useTranslations('sign-in');
  const { signIn } = useSession();
  const attempt = useMutation({ mutationFn: () => signIn({ token }), onSuccess: onDone });
  if (isSpent(attempt.error)) {
    return (
      <div className="flex flex-col gap-4">
        <ProblemNote error={attempt.error} />
        <SignInForm onDone={onDone} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <p>{t('link-lead')}</p>
      {attempt.error === null ? null : <ProblemNote error={attempt.error} />}
      <Button look="primary" busy={attempt.isPending} onClick={() => attempt.mutate()}>
        {t('link-enter')}
      </Button>
    </div>
  );
}

/** Such a link opens nothing any more, however often one tries. */
function isSpent(error: Error | null): error is ApiProblem {
  return error instanceof ApiProblem && error.code === 'sign_in_link_invalid';
}
