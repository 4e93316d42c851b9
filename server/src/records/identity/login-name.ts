/** Login names: an e-mail address or a plain name, the same however it is typed. */
import { AppError } from '#kernel';

export function normaliseLogin(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}

/** The name as it is stored. Throws `AppError('invalid_request')` for one that could be mistaken for another. */
export function checkLogin(text: string): string {
  const login = normaliseLogin(text);
  if (/^[\p{L}\p{N}](?:[\p{L}\p{N}._%+@-]{0,198}[\p{L}\p{N}])?$/u.test(login)) return login;
  throw new AppError('invalid_request', {
    message: '"login" is an e-mail address or a name of letters, digits and . _ - + @.',
    param: 'login',
  });
}
