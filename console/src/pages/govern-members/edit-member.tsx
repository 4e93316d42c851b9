/**
 * Name and roles of a member. Two may change the same member at once: whoever saves first wins. The other is told, sees what
 * stands now, and either takes it or puts their own over it.
 */
import type { RoleName } from '@reeve/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslations } from 'use-intl';
import { ApiProblem, call, type Body } from '#api';
import { ProblemNote, useSession } from '#app';
import { Button, showToast, TextField } from '#ui';
import { EditConflict } from './edit-conflict.tsx';
import { RolePicker } from './role-picker.tsx';
import { ROLE_NAMES, type Member } from './use-members.ts';

type Change = Body<'PATCH /api/v1/members/{id}'>;

interface Draft {
  name: string;
  roles: readonly RoleName[];
}

const draftOf = ({ name, roles }: Member): Draft => ({
  name,
  roles: ROLE_NAMES.filter((role) => roles.includes(role)),
});

/** What stands in the form, and what it was made from: that stays while the list behind it is read anew. */
function useDraft(item: Member) {
  const [base, setBase] = useState(item);
  const [draft, setDraft] = useState(() => draftOf(item));
  const begin = (member: Member): void => {
    setBase(member);
    setDraft(draftOf(member));
  };
  const isTouched = JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  // Nothing was written here yet, so what others saved is simply shown.
  if (!isTouched && item.version > base.version) begin(item);
  return { base, draft, setDraft, begin, isTouched };
}

export function EditMember({ item, disabled }: { item: Member; disabled: boolean }) {
  const t = useTranslations('members');
  const client = useQueryClient();
  const { refresh } = useSession();
  const { base, draft, setDraft, begin, isTouched } = useDraft(item);
  const save = useMutation({
    mutationFn: (body: Change) => call('PATCH /api/v1/members/{id}', { params: { id: item.id }, body }),
    async onSuccess(saved) {
      begin(saved);
      showToast(t('saved'));
      await Promise.all([client.invalidateQueries({ queryKey: ['members'] }), refresh()]);
    },
  });
  const saveOver = (version: number): void => save.mutate({ version, name: draft.name, roles: [...draft.roles] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (draft.roles.length > 0) saveOver(base.version);
  };
  const problem = save.error instanceof ApiProblem ? save.error : null;
  const takeNewer = (newer: Member): void => {
    begin(newer);
    save.reset();
    void client.invalidateQueries({ queryKey: ['members'] });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <TextField
        label={t('name')}
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        disabled={disabled}
        required
        maxLength={200}
        dir="auto"
      />
      <RolePicker
        chosen={draft.roles}
        onChange={(roles) => setDraft({ ...draft, roles })}
        disabled={disabled}
        error={draft.roles.length === 0 ? t('roles-missing') : null}
      />
      {problem?.param === 'version' ? (
        <EditConflict id={item.id} onTake={takeNewer} onSaveOver={saveOver} />
      ) : save.error === null ? null : (
        <ProblemNote error={save.error} />
      )}
      {isTouched ? (
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={() => takeNewer(item)}>{t('discard')}</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            {t('save')}
          </Button>
        </div>
      ) : null}
    </form>
  );
}
