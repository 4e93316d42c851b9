/** A choice out of a long list: a button that opens a field to type in and the options that fit, each with what is known of it. */
import { Command } from 'cmdk';
import { useState, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

export interface PickerOption {
  value: string;
  /** What is shown; it may take several lines. */
  content: ReactNode;
}

interface PickerProps {
  label: string;
  options: readonly PickerOption[];
  value: string | null;
  onPick(value: string): void;
  /** In the field to type in. */
  placeholder: string;
  /** Where nothing fits. */
  nothing: ReactNode;
  /** On the button in place of the value. */
  children?: ReactNode;
}

export function Picker({ label, options, value, onPick, placeholder, nothing, children }: PickerProps) {
  const [open, setOpen] = useState(false);
  const words = value === null ? label : `${label}: ${value}`;
  const trigger = (
    <Button look="quiet" aria-label={words} title={words} className="max-w-full min-w-0">
      <span className="min-w-0 truncate">{children ?? value ?? label}</span>
      <Icon name="down" />
    </Button>
  );
  return (
    <Popover label={label} trigger={trigger} open={open} onOpenChange={setOpen}>
      <Command label={label} defaultValue={value ?? ''} className="flex flex-col gap-2">
        <Command.Input
          placeholder={placeholder}
          className="min-h-8 w-full rounded-md border border-line-strong bg-surface px-2.5"
        />
        <Command.List label={label} className="max-h-72 overflow-auto">
          <Command.Empty className="p-2 text-ink-muted">{nothing}</Command.Empty>
          {options.map((option) => (
            <Command.Item
              key={option.value}
              value={option.value}
              onSelect={() => {
                onPick(option.value);
                setOpen(false);
              }}
              className="flex min-h-8 cursor-default items-start gap-2 rounded-sm p-2 data-[selected=true]:bg-sunken"
            >
              <span className="min-w-0 flex-1">{option.content}</span>
              {option.value === value ? <Icon name="check" className="mt-1" /> : null}
            </Command.Item>
          ))}
        </Command.List>
      </Command>
    </Popover>
  );
}
