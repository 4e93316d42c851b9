/** English: the page live. */
export const live = {
  title: 'Live',
  lead: 'What runs now, what waits, and what failed.',
};
