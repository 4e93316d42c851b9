/** English: the page design. */
export const design = {
  title: 'Design system',
  lead: 'Every component, as pages use it.',
};
