/** Ukrainian: the way in. */
import type { signIn as English } from '../en/sign-in.ts';

export const signIn: typeof English = {
  title: 'Вхід до Reeve',
  email: 'Ел. пошта',
  password: 'Пароль',
  'sign-in': 'Увійти',
  'link-lead': 'Ви відкрили одноразове посилання. Воно впускає один раз, у цьому браузері.',
  'link-enter': 'Увійти',
  'no-way-in': 'Немає пароля або посилання вже використане?',
  'link-help': 'На машині, де працює Reeve, ця команда друкує нове посилання:',
  language: 'Мова',
};
