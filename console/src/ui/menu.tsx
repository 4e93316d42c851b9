/** A menu behind a button. It is not modal: the modal form writes a `<style>` element, which the page's policy forbids. */
import * as Primitive from '@radix-ui/react-dropdown-menu';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  id: string;
  label: ReactNode;
  icon?: IconName;
  /** What cannot be undone; it asks before it acts. */
  danger?: boolean;
  disabled?: boolean;
  /** It is the one in force, of several. */
  checked?: boolean;
  onSelect(): void;
}

interface MenuProps {
  /** The button, as one element. */
  trigger: ReactElement;
  items: readonly MenuItem[];
  /** A heading inside, e.g. whose menu it is. */
  title?: ReactNode;
  align?: 'start' | 'end';
}

export function Menu({ trigger, items, title, align = 'end' }: MenuProps) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-80 max-w-[calc(100vw-1rem)] min-w-48 overflow-auto rounded-md border border-line bg-raised p-1 text-sm shadow-float"
        >
          {title === undefined ? null : (
            <Primitive.Label className="px-2 py-1 text-xs text-ink-muted">{title}</Primitive.Label>
          )}
          {items.map((item) => (
            <Primitive.Item
              key={item.id}
              disabled={item.disabled === true}
              onSelect={item.onSelect}
              className={`flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 outline-offset-[-2px] data-disabled:opacity-50 data-highlighted:bg-sunken ${item.danger === true ? 'text-danger' : ''}`}
            >
              {item.icon === undefined ? null : <Icon name={item.icon} />}
              <span className="min-w-0 flex-1 truncate">{item.label}</span>
              {item.checked === true ? <Icon name="check" /> : null}
            </Primitive.Item>
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
