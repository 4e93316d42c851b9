/** English: the page usage. */
export const usage = {
  title: 'Usage',
  lead: 'What was used and what it cost, added up from receipts.',
};
