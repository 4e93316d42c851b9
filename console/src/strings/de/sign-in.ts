/** German: the way in. */
import type { signIn as English } from '../en/sign-in.ts';

export const signIn: typeof English = {
  title: 'Bei Reeve anmelden',
  email: 'E-Mail',
  password: 'Passwort',
  'sign-in': 'Anmelden',
  'link-lead': 'Sie haben einen Einmal-Link geöffnet. Er meldet Sie einmal an, in diesem Browser.',
  'link-enter': 'Eintreten',
  'no-way-in': 'Kein Passwort, oder der Link ist verbraucht?',
  'link-help': 'Auf dem Rechner, auf dem Reeve läuft, druckt das einen neuen Link:',
  language: 'Sprache',
};
