/** Russian: the page members. */
import type { members as English } from '../en/members.ts';

export const members: typeof English = {
  title: 'Участники',
  lead: 'Люди этой организации и что им разрешено.',
};
