/** A span of time: one of a few that are always wanted, or from and to. What it means is for the page to say. */
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from './button.tsx';
import { TextField, type Choice } from './field.tsx';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

interface RangePickerProps {
  label: string;
  /** What is in force, on the button. */
  shown: string;
  presets: readonly Choice[];
  /** Which preset is in force; `null`: a span of one's own. */
  preset: string | null;
  /** As the inputs write it; empty: no bound. */
  from: string;
  to: string;
  kind: 'date' | 'datetime-local';
  /** Below the fields, e.g. in which time zone they are. */
  hint: string;
  onPreset(value: string): void;
  onSpan(span: { from: string; to: string }): void;
}

export function RangePicker(props: RangePickerProps) {
  const { label, shown, presets, preset, onPreset } = props;
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={label}
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button icon="clock" aria-label={`${label}: ${shown}`}>
          {shown}
          <Icon name="down" className="size-3" />
        </Button>
      }
    >
      <ul aria-label={label} className="mb-2 flex flex-col">
        {presets.map(({ value, label: words }) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={value === preset}
              onClick={() => {
                onPreset(value);
                setOpen(false);
              }}
              className="flex min-h-8 w-full items-center gap-2 rounded-sm px-2 text-start hover:bg-sunken"
            >
              <span className="flex-1">{words}</span>
              {value === preset ? <Icon name="check" /> : null}
            </button>
          </li>
        ))}
      </ul>
      <Span {...props} onDone={() => setOpen(false)} />
    </Popover>
  );
}

function Span({ from, to, kind, hint, onSpan, onDone }: RangePickerProps & { onDone(): void }) {
  const t = useTranslations('ui');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="flex flex-col gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget);
        const span = { from: String(given.get('from') ?? ''), to: String(given.get('to') ?? '') };
        const backwards = span.from !== '' && span.to !== '' && span.from > span.to;
        setWrong(backwards);
        if (backwards) return;
        onSpan(span);
        onDone();
      }}
    >
      <TextField name="from" type={kind} label={t('range-from')} defaultValue={from} />
      <TextField
        name="to"
        type={kind}
        label={t('range-to')}
        defaultValue={to}
        hint={hint}
        error={wrong ? t('range-backwards') : null}
      />
      <Button type="submit" className="self-end">
        {t('apply')}
      </Button>
    </form>
  );
}
