/** English: the page chat. */
export const chat = {
  title: 'Chat',
  lead: 'Ask a model. Each answer has its price and its receipt.',
};
