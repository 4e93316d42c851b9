/** English: the way in. */
export const signIn = {
  title: 'Sign in to Reeve',
  email: 'E-mail',
  password: 'Password',
  'sign-in': 'Sign in',
  'link-lead': 'You opened a one-time link. It signs you in once, in this browser.',
  'link-enter': 'Enter',
  'no-way-in': 'No password, or the link is used up?',
  'link-help': 'On the machine where Reeve runs this prints a fresh link:',
  language: 'Language',
};
