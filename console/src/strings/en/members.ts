/** English: the page members. */
export const members = {
  title: 'Members',
  lead: 'The people of this tenant and what they may do.',
};
