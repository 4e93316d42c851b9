/** English: the page receipts. */
export const receipts = {
  title: 'Receipts',
  lead: 'One for each call: who, why it was allowed, which way it went, what it cost.',
};
