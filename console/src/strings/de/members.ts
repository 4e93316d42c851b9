/** German: the page members. */
import type { members as English } from '../en/members.ts';

export const members: typeof English = {
  title: 'Mitglieder',
  lead: 'Die Menschen dieses Mandanten und was sie dürfen.',
};
