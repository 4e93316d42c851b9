/** A small panel at a button: a filter, a picker. */
import * as Primitive from '@radix-ui/react-popover';
import type { ReactElement, ReactNode } from 'react';

interface PopoverProps {
  trigger: ReactElement;
  label: string;
  align?: 'start' | 'end';
  open?: boolean;
  onOpenChange?(open: boolean): void;
  children: ReactNode;
}

export function Popover({ trigger, label, align = 'start', open, onOpenChange, children }: PopoverProps) {
  const state = open === undefined ? {} : { open };
  return (
    <Primitive.Root {...state} {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[min(32rem,80vh)] w-72 max-w-[calc(100vw-1rem)] overflow-auto rounded-md border border-line bg-raised p-3 text-sm shadow-float"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
