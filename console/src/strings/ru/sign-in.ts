/** Russian: the way in. */
import type { signIn as English } from '../en/sign-in.ts';

export const signIn: typeof English = {
  title: 'Вход в Reeve',
  email: 'Эл. почта',
  password: 'Пароль',
  'sign-in': 'Войти',
  'link-lead': 'Вы открыли одноразовую ссылку. Она впускает один раз, в этом браузере.',
  'link-enter': 'Войти',
  'no-way-in': 'Нет пароля или ссылка уже использована?',
  'link-help': 'На машине, где работает Reeve, эта команда печатает новую ссылку:',
  language: 'Язык',
};
