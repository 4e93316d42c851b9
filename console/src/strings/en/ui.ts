/** English: the words of the design system. */
export const ui = {
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  loading: 'Loading…',
  copy: 'Copy',
  copied: 'Copied',
  'row-next': 'Next row',
  'row-previous': 'Previous row',
  'row-close': 'Close the panel',
  'show-table': 'Show as table',
  'show-chart': 'Show as chart',
  point: 'Point',
};
