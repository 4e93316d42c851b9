/** What is wrong with a field is told at the field, in the reader's language, and the first field at fault has the focus. */
import { useEffect, useRef, useState, type FormEvent, type RefObject } from 'react';
import { useTranslations } from 'use-intl';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const FAULT = '[data-fault]';
const CONTROL = 'input:enabled, textarea:enabled, select:enabled';
const INVALID = 'input:invalid, textarea:invalid, select:invalid';

/** What the browser finds when a form is sent, without its bubble: that speaks the language of the browser. */
export function useValidity() {
  const t = useTranslations('ui');
  const [fault, setFault] = useState<ReturnType<typeof judge> | null>(null);
  return {
    fault: fault === null ? null : t(fault.kind, { count: fault.count }),
    handlers: {
      onInvalid(event: FormEvent<Control>) {
        const control = event.currentTarget;
        event.preventDefault();
        setFault(judge(control));
        if (control.form?.querySelector(INVALID) === control) control.focus();
      },
      onInput: () => setFault(null),
    },
  };
}

function judge(control: Control) {
  const { validity } = control;
  const count = 'minLength' in control ? control.minLength : 0;
  // A date that is written in part is missing as well.
  if (validity.badInput) return { kind: 'invalid-date', count } as const;
  if (validity.valueMissing) return { kind: 'invalid-missing', count } as const;
  if (validity.tooShort) return { kind: 'invalid-short', count } as const;
  return { kind: 'invalid-other', count } as const;
}

/** For the frame of a field: it comes into focus with its fault, unless a field before it is at fault or one is at work in it. */
export function useFaultFocus<Frame extends HTMLElement>(isFault: boolean): RefObject<Frame | null> {
  const frame = useRef<Frame>(null);
  useEffect(() => {
    const { current } = frame;
    if (!isFault || current === null || current.contains(document.activeElement)) return;
    if (current.closest('form')?.querySelector(FAULT) === current) current.querySelector<Control>(CONTROL)?.focus();
  }, [isFault]);
  return frame;
}
