/** Form fields: a label, the control, a hint or what is wrong, tied together for assistive technology. */
import { useId, type ComponentProps, type ReactNode } from 'react';
import { useFaultFocus, useValidity } from './field-fault.ts';

const CONTROL =
  'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink placeholder:text-ink-muted disabled:opacity-60 aria-invalid:border-danger';

interface FieldProps {
  label: string;
  /** What helps to fill it in. */
  hint?: ReactNode;
  /** What is wrong with what stands there; `null` when nothing is. */
  error?: ReactNode;
  /** The label is read aloud and not shown, where the place says what it is. */
  hideLabel?: boolean;
}

interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** The frame around any control; `children` gets the attributes that tie it to label and hint. */
export function Field({
  label,
  hint,
  error = null,
  hideLabel = false,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const frame = useFaultFocus<HTMLDivElement>(error !== null);
  const note = error ?? hint;
  const noteId = note === undefined || note === null ? undefined : `${id}-note`;
  return (
    <div ref={frame} data-fault={error === null ? undefined : ''} className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </label>
      {children({ id, 'aria-describedby': noteId, 'aria-invalid': error === null ? undefined : true })}
      {noteId === undefined ? null : (
        <p id={noteId} className={`text-xs ${error === null ? 'text-ink-muted' : 'text-danger'}`}>
          {note}
        </p>
      )}
    </div>
  );
}

type Own = 'label' | 'hint' | 'error' | 'hideLabel';

export function TextField({
  label,
  hint,
  error,
  hideLabel,
  className = '',
  ...rest
}: FieldProps & Omit<ComponentProps<'input'>, Own>) {
  const { fault, handlers } = useValidity();
  return (
    <Field {...toFrame({ label, hint, error: fault ?? error, hideLabel })}>
      {(wiring) => (
        <input type="text" {...rest} {...handlers} {...wiring} className={`${CONTROL} min-h-8 ${className}`} />
      )}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  hideLabel,
  className = '',
  ...rest
}: FieldProps & Omit<ComponentProps<'textarea'>, Own>) {
  const { fault, handlers } = useValidity();
  return (
    <Field {...toFrame({ label, hint, error: fault ?? error, hideLabel })}>
      {(wiring) => (
        <textarea rows={3} {...rest} {...handlers} {...wiring} className={`${CONTROL} py-1.5 ${className}`} />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

interface SelectFieldProps extends FieldProps, Omit<ComponentProps<'select'>, Own> {
  choices: readonly Choice[];
}

/** The platform's own list: it works by keyboard, with a finger and with every assistive technology. */
export function SelectField({ label, hint, error, hideLabel, choices, className = '', ...rest }: SelectFieldProps) {
  return (
    <Field {...toFrame({ label, hint, error, hideLabel })}>
      {(wiring) => (
        <select {...rest} {...wiring} className={`${CONTROL} min-h-8 ${className}`}>
          {choices.map(({ value, label: words, disabled }) => (
            <option key={value} value={value} disabled={disabled}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface FieldGroupProps {
  legend: string;
  error?: ReactNode;
  children: ReactNode;
}

/** Several controls that answer one question. */
export function FieldGroup({ legend, error = null, children }: FieldGroupProps) {
  const id = useId();
  const frame = useFaultFocus<HTMLFieldSetElement>(error !== null);
  return (
    <fieldset
      ref={frame}
      data-fault={error === null ? undefined : ''}
      aria-describedby={error === null ? undefined : id}
      className="flex min-w-0 flex-col gap-2"
    >
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {children}
      {error === null ? null : (
        <p id={id} role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface CheckFieldProps extends Omit<ComponentProps<'input'>, Own | 'type'> {
  label: ReactNode;
  hint?: ReactNode;
}

export function CheckField({ label, hint, className = '', ...rest }: CheckFieldProps) {
  const id = useId();
  return (
    <div className={`flex min-h-6 items-start gap-2 ${className}`}>
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint === undefined ? undefined : `${id}-note`}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id}>{label}</label>
        {hint === undefined ? null : (
          <p id={`${id}-note`} className="text-xs text-ink-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** `undefined` may not be handed on as a value. */
function toFrame({
  label,
  hint,
  error,
  hideLabel,
}: { [Name in keyof FieldProps]: FieldProps[Name] | undefined }): FieldProps {
  return {
    label: label ?? '',
    ...(hint === undefined ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
    ...(hideLabel === undefined ? {} : { hideLabel }),
  };
}
