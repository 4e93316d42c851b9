/** Invites somebody: who they are and what they may do. The way in is a link that opens once. */
import type { RoleName } from '@reeve/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { call, type Body, type Reply } from '#api';
import { faultAt, ProblemNote, useMe } from '#app';
import { Button, Dialog, TextField } from '#ui';
import { LinkDialog } from './link-dialog.tsx';
import { RolePicker } from './role-picker.tsx';

type Invited = Reply<'POST /api/v1/members'>;

interface InviteProps {
  open: boolean;
  onClose(): void;
  /** Called once the link was put away. */
  onInvited(id: string): void;
}

export function InviteMember({ open, onClose, onInvited }: InviteProps) {
  const t = useTranslations('members');
  const ui = useTranslations('ui');
  const me = useMe();
  const formId = useId();
  const client = useQueryClient();
  const [invited, setInvited] = useState<Invited | null>(null);
  const invite = useMutation({
    mutationFn: (body: Body<'POST /api/v1/members'>) => call('POST /api/v1/members', { body }),
    async onSuccess(member) {
      setInvited(member);
      close();
      await client.invalidateQueries({ queryKey: ['members'] });
    },
  });
  const close = (): void => {
    invite.reset();
    onClose();
  };
  const putAway = (): void => {
    if (invited !== null) onInvited(invited.id);
    setInvited(null);
  };
  const foot = (
    <>
      <Button onClick={close}>{ui('cancel')}</Button>
      <Button type="submit" form={formId} look="primary" busy={invite.isPending}>
        {t('invite')}
      </Button>
    </>
  );
  const lead = t('invite-lead', { tenant: me.tenant.name });
  return (
    <>
      <Dialog open={open} onClose={close} title={t('invite')} lead={lead} foot={foot}>
        <InviteForm id={formId} error={invite.error} onWish={invite.mutate} />
      </Dialog>
      {invited === null ? null : <LinkDialog name={invited.name} link={invited.sign_in} onClose={putAway} />}
    </>
  );
}

interface FormProps {
  id: string;
  /** What the server said of the last wish. */
  error: Error | null;
  onWish(wish: Body<'POST /api/v1/members'>): void;
}

function InviteForm({ id, error, onWish }: FormProps) {
  const t = useTranslations('members');
  const [roles, setRoles] = useState<readonly RoleName[]>([]);
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setTried(true);
    if (roles.length === 0) return;
    const form = new FormData(event.currentTarget);
    onWish({ email: String(form.get('email')), name: String(form.get('name')), roles: [...roles] });
  };
  const told = faultAt(error, 'name', 'login', 'email', 'roles') !== null;
  return (
    <form id={id} className="flex flex-col gap-4" onSubmit={submit}>
      <TextField
        name="name"
        label={t('name')}
        error={faultAt(error, 'name')}
        required
        maxLength={200}
        dir="auto"
        autoComplete="off"
      />
      <TextField
        name="email"
        label={t('email')}
        hint={t('email-hint')}
        error={faultAt(error, 'login', 'email')}
        required
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
      />
      <RolePicker
        chosen={roles}
        onChange={setRoles}
        error={tried && roles.length === 0 ? t('roles-missing') : faultAt(error, 'roles')}
      />
      {error === null || told ? null : <ProblemNote error={error} />}
    </form>
  );
}
