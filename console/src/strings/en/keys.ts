/** English: the page keys. */
export const keys = {
  title: 'Keys',
  lead: 'What programs call Reeve with: each key may do what its scopes say.',
};
