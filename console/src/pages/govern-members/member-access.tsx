/** A member's way in: a fresh link, a pause, the end. Nobody locks themselves out here. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { call } from '#api';
import { ProblemNote } from '#app';
import { Button, ConfirmDialog, Section, showToast } from '#ui';
import { LinkDialog } from './link-dialog.tsx';
import type { Member } from './use-members.ts';

interface AccessProps {
  item: Member;
  isOwn: boolean;
  onRemoved(): void;
}

export function MemberAccess({ item, isOwn, onRemoved }: AccessProps) {
  const t = useTranslations('members');
  const [asking, setAsking] = useState<'suspend' | 'remove' | null>(null);
  const changes = useAccessChanges(item, onRemoved);
  const close = (): void => {
    setAsking(null);
    changes.suspend.reset();
    changes.remove.reset();
  };
  return (
    <Section title={t('access')}>
      <p className="mb-2 text-sm text-ink-muted">{t(isOwn ? 'access-own' : 'access-lead')}</p>
      <AccessButtons {...{ item, isOwn, changes, onAsk: setAsking }} />
      <ConfirmDialog
        open={asking === 'suspend'}
        onClose={close}
        title={t('suspend-title', { name: item.name })}
        lead={t('suspend-lead')}
        action={t('suspend')}
        onConfirm={async () => void (await changes.suspend.mutateAsync('suspended'))}
      >
        {changes.suspend.error === null ? null : <ProblemNote error={changes.suspend.error} />}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'remove'}
        onClose={close}
        title={t('remove-title', { name: item.name })}
        lead={t('remove-lead')}
        action={t('remove')}
        onConfirm={() => changes.remove.mutateAsync()}
      >
        {changes.remove.error === null ? null : <ProblemNote error={changes.remove.error} />}
      </ConfirmDialog>
    </Section>
  );
}

interface ButtonsProps extends Pick<AccessProps, 'item' | 'isOwn'> {
  changes: ReturnType<typeof useAccessChanges>;
  onAsk(what: 'suspend' | 'remove'): void;
}

function AccessButtons({ item, isOwn, changes: { link, activate }, onAsk }: ButtonsProps) {
  const t = useTranslations('members');
  const isSuspended = item.status === 'suspended';
  return (
    <>
      <div className="flex flex-wrap gap-2">
        {isSuspended ? (
          <Button icon="play" busy={activate.isPending} onClick={() => activate.mutate('active')}>
            {t('activate')}
          </Button>
        ) : (
          <Button icon="external" busy={link.isPending} onClick={() => link.mutate()}>
            {t('new-link')}
          </Button>
        )}
        {isOwn || isSuspended ? null : (
          <Button icon="pause" onClick={() => onAsk('suspend')}>
            {t('suspend')}
          </Button>
        )}
        {isOwn ? null : (
          <Button icon="trash" onClick={() => onAsk('remove')}>
            {t('remove')}
          </Button>
        )}
      </div>
      {[link.error, activate.error].map((error, index) =>
        error === null ? null : (
          <div key={index === 0 ? 'link' : 'activate'} className="mt-2">
            <ProblemNote error={error} />
          </div>
        ),
      )}
      {link.data === undefined ? null : <LinkDialog name={item.name} link={link.data} onClose={link.reset} />}
    </>
  );
}

function useAccessChanges(item: Member, onRemoved: () => void) {
  const t = useTranslations('members');
  const client = useQueryClient();
  const { id, name, version } = item;
  const params = { id };
  const readAnew = (): Promise<void> => client.invalidateQueries({ queryKey: ['members'] });
  const setStatus = (status: 'active' | 'suspended') =>
    call('PATCH /api/v1/members/{id}', { params, body: { version, status } });
  const onSettled = readAnew;
  return {
    link: useMutation({ mutationFn: () => call('POST /api/v1/members/{id}/sign-in-link', { params }) }),
    activate: useMutation({
      mutationFn: setStatus,
      onSuccess: () => showToast(t('activated', { name })),
      onSettled,
    }),
    suspend: useMutation({
      mutationFn: setStatus,
      onSuccess: () => showToast(t('suspended-toast', { name })),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: () => call('DELETE /api/v1/members/{id}', { params, query: { version: String(version) } }),
      onSuccess() {
        showToast(t('removed', { name }));
        onRemoved();
      },
      onSettled,
    }),
  };
}
