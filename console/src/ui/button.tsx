/** Buttons: what a person does. One `primary` a view at most; `danger` for what cannot be undone. */
import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink border-accent hover:brightness-95',
  plain: 'bg-surface text-ink border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-sunken',
  danger: 'bg-danger text-danger-ink border-danger hover:brightness-95',
};
const SHAPE =
  'inline-flex items-center justify-center gap-1.5 rounded-md border text-sm font-medium whitespace-nowrap select-none disabled:cursor-not-allowed disabled:opacity-50';

interface ButtonProps extends ComponentProps<'button'> {
  look?: Look;
  icon?: IconName;
  /** Work is under way: the button cannot be pressed again, and says so to assistive technology. */
  busy?: boolean;
}

export function Button({ look = 'plain', icon, busy = false, className = '', children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
      className={`${SHAPE} min-h-8 px-3 ${LOOKS[look]} ${className}`}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: IconName;
  /** What it does: read aloud, and shown while the pointer rests on it. */
  label: string;
  look?: Look;
}

export function IconButton({ icon, label, look = 'quiet', className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`${SHAPE} size-8 ${LOOKS[look]} ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}
