/** English: the page settings. */
export const settings = {
  title: 'Settings',
  lead: 'What is in force, and where each value comes from.',
};
