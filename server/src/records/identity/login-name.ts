/** Login names: an e-mail address or a plain name, the same however it is typed. */
import { AppError } from '#kernel';

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._%+@-]{0,198}[\p{L}\p{N}])?$/u;
/** Some letters have no shape, e.g. the fillers of Hangul. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const SEPARATORS = /[._%+@-]/;
/** Scripts with letters that look like one another's. */
const LOOK_ALIKE = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(String.raw`\p{Script=${script}}`, 'u'),
);

export function normaliseLogin(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}

/** The name as it is stored. Throws `AppError('invalid_request')` for one that could be mistaken for another. */
export function checkLogin(text: string): string {
  const login = normaliseLogin(text);
  if (!NAME.test(login) || INVISIBLE.test(login)) {
    throw badLogin('"login" is an e-mail address or a name of letters that show, digits and . _ - + @.');
  }
  if (login.split(SEPARATORS).some(isMixed)) {
    throw badLogin('"login" mixes letters of two alphabets in one word, so it could be mistaken for another name.');
  }
  return login;
}

function isMixed(word: string): boolean {
  return LOOK_ALIKE.filter((script) => script.test(word)).length > 1;
}

const badLogin = (message: string): AppError => new AppError('invalid_request', { message, param: 'login' });
