/** One member in full: who they are, what they may do, and their way in. */
import { useTranslations } from 'use-intl';
import { ProblemNote, useFormats, useMe } from '#app';
import { CopyButton, Details, Notice, PeekPanel, Section } from '#ui';
import { EditMember } from './edit-member.tsx';
import { MemberAccess } from './member-access.tsx';
import { MemberBadge } from './member-badge.tsx';
import { mayChange, type Member } from './use-members.ts';

interface MemberPanelProps {
  id: string;
  item?: Member | undefined;
  error: Error | null;
  /** The rows of the list, for the steps to the next one. */
  shown: readonly Member[];
  openMember(id: string | null): void;
}

export function MemberPanel({ id, item, error, shown, openMember }: MemberPanelProps) {
  const t = useTranslations('members');
  const at = shown.findIndex((member) => member.id === id);
  const before = at > 0 ? shown[at - 1] : undefined;
  const after = at >= 0 ? shown[at + 1] : undefined;
  return (
    <PeekPanel
      title={item?.name ?? t('member')}
      lead={item === undefined ? null : <MemberBadge status={item.status} />}
      onClose={() => openMember(null)}
      onPrevious={before === undefined ? undefined : () => openMember(before.id)}
      onNext={after === undefined ? undefined : () => openMember(after.id)}
    >
      {error === null ? null : <ProblemNote error={error} />}
      {item === undefined ? null : <MemberContent item={item} onRemoved={() => openMember(null)} />}
    </PeekPanel>
  );
}

function MemberContent({ item, onRemoved }: { item: Member; onRemoved(): void }) {
  const t = useTranslations('members');
  const me = useMe();
  const changeable = mayChange(me, item);
  return (
    <>
      {changeable ? null : (
        <div className="mb-4">
          <Notice tone="info" title={t('above-you')}>
            {t('above-you-lead')}
          </Notice>
        </div>
      )}
      <Section title={t('about')}>
        <About item={item} />
      </Section>
      {changeable ? <MemberAccess item={item} isOwn={me.member?.id === item.id} onRemoved={onRemoved} /> : null}
      <Section title={t('what-they-may')}>
        <EditMember item={item} disabled={!changeable} />
      </Section>
    </>
  );
}

function About({ item }: { item: Member }) {
  const t = useTranslations('members');
  const formats = useFormats();
  const items = [
    { name: t('email'), value: item.email },
    {
      name: t('id'),
      value: (
        <span className="flex items-center gap-1">
          <span className="font-mono text-xs">{item.id}</span>
          <CopyButton compact text={item.id} label={t('copy-id')} />
        </span>
      ),
    },
    { name: t('invited-at'), value: `${formats.time(item.created_at)} · ${formats.age(item.created_at)}` },
    { name: t('seen'), value: item.last_seen_at === null ? t('never-seen') : formats.age(item.last_seen_at) },
  ];
  return <Details items={items} />;
}
