/** What somebody began to write, for each conversation. It stays in this window: when that is closed, it is gone. */
import { useState } from 'react';
import { useMe } from '#app';

export function useDraft(conversationId: string | undefined): [string, (text: string) => void] {
  const me = useMe();
  const place = `reeve.draft.${me.member?.id ?? 'nobody'}.${me.tenant.id}.${conversationId ?? 'new'}`;
  const [draft, setDraft] = useState(() => readDraft(place));
  return [
    draft,
    (text) => {
      setDraft(text);
      keepDraft(place, text);
    },
  ];
}

function readDraft(place: string): string {
  try {
    return sessionStorage.getItem(place) ?? '';
  } catch {
    return '';
  }
}

function keepDraft(place: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // Storage may be forbidden or full: the text then stands in the page alone.
  }
}
