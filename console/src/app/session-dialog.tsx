/** The session ended while a page stood open: sign in again above it, and go on where one was. */
import { useTranslations } from 'use-intl';
import { sessionEnded } from '#api';
import { Button, Dialog } from '#ui';
import { SignInForm } from '../pages/sign-in/sign-in-form.tsx';
import { useSignal } from './preferences.ts';
import { useMaybeMe } from './session.ts';

export function SessionDialog() {
  const t = useTranslations('shell');
  const ended = useSignal(sessionEnded);
  const me = useMaybeMe();
  const hasPassword = me?.member?.has_password === true;
  return (
    <Dialog open={ended && me !== null} held onClose={() => undefined} title={t('ended')} lead={t('ended-lead')}>
      {hasPassword ? (
        <SignInForm email={me.member?.email} onDone={() => sessionEnded.set(false)} />
      ) : (
        <div className="flex flex-col gap-3">
          <p>{t('ended-no-password')}</p>
          <Button look="primary" onClick={() => window.location.reload()}>
            {t('ended-reload')}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
