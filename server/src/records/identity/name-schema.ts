import Type from 'typebox';
import { AppError } from '#kernel';

/** What people call a key, a tenant or a model. `checkName` says what a length cannot. */
export const NameSchema = Type.String({ minLength: 1, maxLength: 200 });

/** The name, unless it is blank or holds control characters: those confuse terminals, logs and the database. */
export function checkName(name: string, param: string): string {
  if (/\S/.test(name) && !/\p{Cc}/u.test(name)) return name;
  throw new AppError('invalid_request', {
    message: `"${param}" must not be blank or hold control characters.`,
    param,
  });
}
