/** The pages by task. One line per page; the shell, the palette and the shortcuts read it. */
import type { Permission } from '@reeve/contracts';
import type { LinkProps } from '@tanstack/react-router';
import type { IconName } from '#ui';

export interface PageEntry {
  id: 'chat' | 'keys' | 'members' | 'usage' | 'receipts' | 'live' | 'settings';
  area: 'work' | 'govern' | 'prove' | 'operate';
  path: Exclude<LinkProps['to'], undefined>;
  icon: IconName;
  /** Without it the page is not offered. */
  permission: Permission;
  /** The chord that opens it. */
  keys: string;
}

export const AREAS = ['work', 'govern', 'prove', 'operate'] as const;

export const PAGES: readonly PageEntry[] = [
  { id: 'chat', area: 'work', path: '/work/chat', icon: 'chat', permission: 'sessions:use', keys: 'g c' },
  { id: 'keys', area: 'govern', path: '/govern/keys', icon: 'key', permission: 'keys:manage', keys: 'g k' },
  {
    id: 'members',
    area: 'govern',
    path: '/govern/members',
    icon: 'members',
    permission: 'members:manage',
    keys: 'g m',
  },
  { id: 'usage', area: 'govern', path: '/govern/usage', icon: 'usage', permission: 'usage:read', keys: 'g u' },
  { id: 'receipts', area: 'prove', path: '/prove/receipts', icon: 'receipt', permission: 'receipts:read', keys: 'g r' },
  { id: 'live', area: 'operate', path: '/operate/live', icon: 'live', permission: 'operations:read', keys: 'g l' },
  {
    id: 'settings',
    area: 'operate',
    path: '/operate/settings',
    icon: 'settings',
    permission: 'settings:read',
    keys: 'g s',
  },
];
