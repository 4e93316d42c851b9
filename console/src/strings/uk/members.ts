/** Ukrainian: the page members. */
import type { members as English } from '../en/members.ts';

export const members: typeof English = {
  title: 'Учасники',
  lead: 'Люди цієї організації та що їм дозволено.',
};
