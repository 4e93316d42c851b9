/** All areas in this language; one file per area. */
import { chat } from './chat.ts';
import { design } from './design.ts';
import { errors } from './errors.ts';
import { keys } from './keys.ts';
import { live } from './live.ts';
import { members } from './members.ts';
import { outcomes } from './outcomes.ts';
import { permissions } from './permissions.ts';
import { receipts } from './receipts.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { signIn } from './sign-in.ts';
import { ui } from './ui.ts';
import { usage } from './usage.ts';

export const strings = {
  chat,
  design,
  errors,
  keys,
  live,
  members,
  outcomes,
  permissions,
  receipts,
  settings,
  shell,
  'sign-in': signIn,
  ui,
  usage,
};

export type Strings = typeof strings;
